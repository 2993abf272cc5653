// A WebSocket (RFC 6455), client or server end. One reader and one writer at a time, on one executor.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/Stream.h"

namespace berth::http {

// RFC 6455 7.4.1
enum class CloseCode : std::uint16_t {
  Normal = 1000,
  GoingAway = 1001,
  ProtocolError = 1002,
  UnsupportedData = 1003,
  PolicyViolation = 1008,
  MessageTooBig = 1009,
  InternalError = 1011,
};

struct WebSocketMessage {
  bool isText = false;
  std::string data;
};

class WebSocket {
 public:
  virtual ~WebSocket() = default;

  // EndOfStream after the peer's close frame; LimitExceeded (and a close with MessageTooBig) over the read limit.
  virtual Task<Result<WebSocketMessage>> read() = 0;
  virtual Task<Result<void>> writeText(std::string_view text) = 0;
  virtual Task<Result<void>> writeBinary(ByteView data) = 0;

  // Sends the close frame and waits briefly for the peer's; then the connection is gone. May be called while another
  // coroutine reads.
  virtual Task<void> close(CloseCode code, std::string reason) = 0;

  // Drops the connection without a word; pending calls end with Cancelled. May be called twice.
  virtual void abort() noexcept = 0;

  virtual void setReadLimit(std::size_t bytes) = 0;
  virtual asio::any_io_executor executor() = 0;
};

// The socket as a byte stream: each write is one binary message, message borders vanish on reading. A text message
// ends it with UnsupportedData, as stock peers do (reference/tailnet.md 4.5).
std::unique_ptr<Stream> asStream(std::unique_ptr<WebSocket> socket);

}  // namespace berth::http
