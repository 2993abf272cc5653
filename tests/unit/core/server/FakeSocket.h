// A WebSocket without HTTP: for code that uses one as a byte stream.
#pragma once

#include "core/http/WebSocket.h"

namespace berth::server::test {

class FakeSocket final : public http::WebSocket {
 public:
  explicit FakeSocket(std::unique_ptr<Stream> stream) : m_stream(std::move(stream)) {}

  Task<Result<http::WebSocketMessage>> read() override {
    std::string data(64 * 1024, '\0');
    CO_TRY_ASSIGN(const auto count, co_await m_stream->readSome(std::as_writable_bytes(std::span(data))));
    data.resize(count);
    co_return http::WebSocketMessage{.isText = false, .data = std::move(data)};
  }
  Task<Result<void>> writeText(std::string_view text) override { return m_stream->write(asBytes(text)); }
  Task<Result<void>> writeBinary(ByteView data) override { return m_stream->write(data); }
  Task<void> close(http::CloseCode, std::string) override {
    m_stream->close();
    co_return;
  }
  void abort() noexcept override { m_stream->close(); }
  void setReadLimit(std::size_t) override {}
  asio::any_io_executor executor() override { return m_stream->executor(); }

 private:
  std::unique_ptr<Stream> m_stream;
};

}  // namespace berth::server::test
