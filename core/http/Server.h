// HTTP/1.1 server: accepts, parses within limits, hands each request to one handler coroutine.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "core/base/Stream.h"
#include "core/http/Message.h"
#include "core/http/WebSocket.h"

namespace berth::http {

struct ServerLimits {
  std::size_t header = 64U << 10;
  std::size_t body = 16U << 20;  // a route may ask for another limit with Handler's `bodyLimit`
  std::chrono::milliseconds headerTimeout{20'000};
  std::chrono::milliseconds idleTimeout{120'000};  // also for each read of a body
  std::chrono::milliseconds writeTimeout{10'000};  // for each piece of an answer, and each message of a WebSocket
  std::chrono::milliseconds pingInterval{
      15'000};  // of WebSockets; one that does not answer for as long again is closed
};

// Sends a body whose length is not known beforehand (chunked): downloads, server-sent events.
class BodyWriter {
 public:
  virtual ~BodyWriter() = default;
  virtual Task<Result<void>> write(ByteView data) = 0;
  virtual Task<Result<void>> finish() = 0;
};

// One request and the one answer to it. Lives for the duration of the handler; exactly one of the answering calls is
// made. What acceptWebSocket(), upgrade() and respondStreaming() return must not outlive the handler.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual const Request& request() const = 0;
  virtual std::string remoteAddress() const = 0;  // without the port

  virtual Task<Result<void>> respond(Response response) = 0;
  virtual Task<Result<std::unique_ptr<BodyWriter>>> respondStreaming(Response head) = 0;
  virtual Task<Result<std::unique_ptr<WebSocket>>> acceptWebSocket(Headers extra = {}) = 0;

  // Answers 101 with `head`'s fields and gives the raw connection. With `sendsHead` false nothing is written (DERP's
  // fast start, reference/tailnet.md 5.1.1).
  virtual Task<Result<std::unique_ptr<Stream>>> upgrade(Response head, bool sendsHead = true) = 0;
};

struct Handler {
  std::function<Task<void>(Exchange&)> handle = {};
  // The body limit for a request, asked for before its body is read; without it ServerLimits::body holds for all.
  std::function<Task<std::size_t>(const Request& head, const std::string& remoteAddress)> bodyLimit = {};
};

// Stopping order (design.md 4): stop() closes the listeners, cancels every handler that still runs, and ends when the
// last connection is gone. Close what holds connections open (watches, agents, relays) before.
class Server {
 public:
  virtual ~Server() = default;
  // "127.0.0.1:0" listens on a free port; may be called for several addresses before serve().
  virtual Result<std::uint16_t> listen(const std::string& hostAndPort) = 0;
  virtual void serve(Handler handler) = 0;  // starts accepting and returns
  virtual Task<void> stop(std::chrono::milliseconds patience) = 0;
};

std::unique_ptr<Server> makeServer(asio::any_io_executor executor, ServerLimits limits = {});

// Serves one connection that is already there (the agent's HTTP port in the tunnel), until it ends.
Task<void> serveConnection(std::unique_ptr<Stream> stream, Handler handler, ServerLimits limits = {});

}  // namespace berth::http
