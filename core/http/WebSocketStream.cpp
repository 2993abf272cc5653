#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "core/http/WebSocket.h"

namespace berth::http {

namespace {

class WebSocketStream final : public Stream {
 public:
  explicit WebSocketStream(std::shared_ptr<WebSocket> socket) : m_socket(std::move(socket)) {}
  ~WebSocketStream() override { close(); }

  Task<Result<std::size_t>> readSome(ByteSpan buffer) override {
    if (buffer.empty()) co_return 0;
    while (m_used == m_message.size()) {
      CO_TRY_ASSIGN(auto message, co_await m_socket->read());
      if (message.isText) {
        co_await m_socket->close(CloseCode::UnsupportedData, "expected binary message");
        co_return fail(ErrorCode::ProtocolViolation, "the peer sent a text message on a binary websocket");
      }
      m_message = std::move(message.data);
      m_used = 0;
    }
    const std::size_t count = std::min(buffer.size(), m_message.size() - m_used);
    std::copy_n(asBytes(m_message).begin() + static_cast<std::ptrdiff_t>(m_used), count, buffer.begin());
    m_used += count;
    co_return count;
  }

  Task<Result<void>> write(ByteView data) override {
    if (data.empty()) return doNothing();
    return m_socket->writeBinary(data);
  }

  // A WebSocket has no half-close; what runs over it (yamux) ends its streams by itself.
  Task<Result<void>> closeWrite() override { return doNothing(); }

  void close() noexcept override { m_socket->abort(); }
  asio::any_io_executor executor() override { return m_socket->executor(); }

 private:
  static Task<Result<void>> doNothing() { co_return Result<void>(); }

  std::shared_ptr<WebSocket> m_socket;
  std::string m_message;
  std::size_t m_used = 0;
};

}  // namespace

std::unique_ptr<Stream> asStream(std::unique_ptr<WebSocket> socket) {
  return std::make_unique<WebSocketStream>(std::move(socket));
}

}  // namespace berth::http
