// What TCP and Unix sockets have in common as Streams: the adapter from Asio. For this folder's .cpp files.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "core/base/SocketError.h"
#include "core/base/Stream.h"

namespace berth {

// `Interface` is the kind of Stream that it becomes.
template <typename Interface, typename Socket>
class SocketStream : public Interface {
 public:
  explicit SocketStream(Socket socket) : m_socket(std::move(socket)) {}
  ~SocketStream() override { close(); }

  Task<Result<std::size_t>> readSome(ByteSpan buffer) override {
    boost::system::error_code error;
    const std::size_t count = co_await m_socket.async_read_some(asio::buffer(buffer.data(), buffer.size()),
                                                                asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return fail(socketError(error, "read from connection"));
    co_return count;
  }

  Task<Result<void>> write(ByteView data) override {
    boost::system::error_code error;
    co_await asio::async_write(m_socket, asio::buffer(data.data(), data.size()),
                               asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return fail(socketError(error, "write to connection"));
    co_return Result<void>();
  }

  Task<Result<void>> closeWrite() override {
    boost::system::error_code error;
    m_socket.shutdown(Socket::shutdown_send, error);
    if (error) co_return fail(socketError(error, "close connection"));
    co_return Result<void>();
  }

  void close() noexcept override {
    boost::system::error_code ignored;
    m_socket.close(ignored);
  }

  asio::any_io_executor executor() override { return m_socket.get_executor(); }

 protected:
  Socket m_socket;
};

}  // namespace berth
