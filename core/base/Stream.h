// A two-way byte stream and what makes them: how core sees TCP, TLS, WebSocket, yamux and tunnel connections alike.
//
// One coroutine may read while another writes; two readers or two writers at a time are a defect. All calls are made
// on the stream's executor. A Stream closes itself when it is destroyed.
#pragma once

#include <cstdint>
#include <memory>

#include "core/base/Bytes.h"
#include "core/base/Error.h"
#include "core/base/Ids.h"
#include "core/base/Task.h"

namespace berth {

class Stream {
 public:
  virtual ~Stream() = default;

  // Waits for at least one byte. EndOfStream when the peer closed its side in good order.
  virtual Task<Result<std::size_t>> readSome(ByteSpan buffer) = 0;

  // Returns when all of `data` has been taken (not necessarily delivered). This is the back-pressure.
  virtual Task<Result<void>> write(ByteView data) = 0;

  // No more writes; the peer reads EndOfStream. Streams that cannot half-close do nothing.
  virtual Task<Result<void>> closeWrite() = 0;

  // Ends both directions at once; pending reads and writes end with Cancelled. May be called twice.
  virtual void close() noexcept = 0;

  virtual asio::any_io_executor executor() = 0;
};

// Reads exactly buffer.size() bytes. EndOfStream if the stream ends before the first byte, ConnectionLost after it.
Task<Result<void>> readExactly(Stream& stream, ByteSpan buffer);

// Copies both ways until both directions have ended or either breaks, passing half-closes on; then closes both.
Task<void> pipe(Stream& a, Stream& b);

// Two ends joined in memory, each with a buffer of `capacity` bytes. For tests and in-process connections.
struct StreamPair {
  std::unique_ptr<Stream> first;
  std::unique_ptr<Stream> second;
};
StreamPair makeStreamPair(asio::any_io_executor executor, std::size_t capacity = 64 * 1024);

class StreamListener {
 public:
  virtual ~StreamListener() = default;
  // The next connection; Cancelled after close().
  virtual Task<Result<std::unique_ptr<Stream>>> accept() = 0;
  virtual void close() noexcept = 0;
};

// Gives a stream to a TCP port of a workspace agent. Implemented by the tunnel, handed in by app.
class AgentDialer {
 public:
  virtual ~AgentDialer() = default;
  virtual Task<Result<std::unique_ptr<Stream>>> dial(AgentId agent, std::uint16_t port) = 0;
};

}  // namespace berth
