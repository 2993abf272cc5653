// HTTP client: one origin, pooled keep-alive connections, TLS where the URL says so, through the HTTP proxy
// of the environment if there is one.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "core/base/Stream.h"
#include "core/http/Message.h"
#include "core/http/Proxy.h"
#include "core/http/WebSocket.h"

namespace berth::http {

struct ClientOptions {
  std::chrono::milliseconds connectTimeout{10'000};
  std::chrono::milliseconds requestTimeout{60'000};  // without any progress
  std::size_t maxResponseBody = 256U << 20;
  std::string caFile = {};  // extra trusted certificates (PEM); empty for the system's alone
  bool verifiesCertificate = true;
  Headers defaultHeaders = {};  // added to every request, upgrades included
  ProxySettings proxies = ProxySettings::fromEnvironment();
};

struct Upgraded {
  Response head;                   // the 101
  std::unique_ptr<Stream> stream;  // begins with the first byte after it
};

// All calls on the executor given at construction; requests may run side by side. The client outlives its calls; what
// they gave (sockets, streams) may outlive the client.
class Client {
 public:
  virtual ~Client() = default;

  // Any status is a success; the error channel is for what never became a response.
  virtual Task<Result<Response>> send(Request request) = 0;

  // As send(), handing the body over in pieces instead of collecting it. For downloads.
  virtual Task<Result<Response>> sendStreaming(Request request, std::function<Result<void>(ByteView)> onBody) = 0;

  // A refused upgrade (any answer but 101) gives ErrorCode::Unavailable; `refusal`, if given, receives that answer.
  virtual Task<Result<std::unique_ptr<WebSocket>>> openWebSocket(Request request, Response* refusal = nullptr) = 0;

  // Any other protocol after "Upgrade:" (the DERP relay). A refusal as for openWebSocket().
  virtual Task<Result<Upgraded>> upgrade(Request request, Response* refusal = nullptr) = 0;

  virtual const Url& origin() const = 0;
};

std::shared_ptr<Client> makeClient(asio::any_io_executor executor, Url origin, ClientOptions options = {});

// One request over a connection that is already there (an agent's HTTP port in the tunnel), which is closed afterwards.
Task<Result<Response>> sendOver(std::unique_ptr<Stream> stream, Request request, ClientOptions options = {});

}  // namespace berth::http
