// Makes a Stream look like one of Asio's, for Beast's WebSocket and Asio's TLS. Included by those two files alone.
#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/system/error_code.hpp>
#include <memory>

#include "core/base/Stream.h"

namespace berth::http::detail {

class StreamAdapter {
 public:
  using executor_type = asio::any_io_executor;
  using lowest_layer_type = StreamAdapter;
  using TransferHandler = asio::any_completion_handler<void(boost::system::error_code, std::size_t)>;

  explicit StreamAdapter(std::shared_ptr<Stream> stream) : m_stream(std::move(stream)) {}

  executor_type get_executor() { return m_stream->executor(); }
  lowest_layer_type& lowest_layer() { return *this; }
  const std::shared_ptr<Stream>& stream() const { return m_stream; }

  template <typename Buffers, typename Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        [](auto handler, std::shared_ptr<Stream> stream, asio::mutable_buffer into) {
          startRead(std::move(stream), into, TransferHandler(std::move(handler)));
        },
        token, m_stream, firstOf<asio::mutable_buffer>(buffers));
  }

  template <typename Buffers, typename Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    Bytes gathered;
    asio::const_buffer data = firstOf<asio::const_buffer>(buffers);
    if (data.size() < kGatherLimit && asio::buffer_size(buffers) > data.size()) {
      gathered.resize(std::min(asio::buffer_size(buffers), kGatherLimit));
      asio::buffer_copy(asio::buffer(gathered), buffers);
    }
    return asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        [](auto handler, std::shared_ptr<Stream> stream, Bytes copied, asio::const_buffer whole) {
          startWrite(std::move(stream), std::move(copied), whole, TransferHandler(std::move(handler)));
        },
        token, m_stream, std::move(gathered), data);
  }

 private:
  static constexpr std::size_t kGatherLimit = 16 * 1024;  // a frame's head and payload leave in one piece up to here

  template <typename Buffer, typename Buffers>
  static Buffer firstOf(const Buffers& buffers) {
    for (auto i = asio::buffer_sequence_begin(buffers); i != asio::buffer_sequence_end(buffers); ++i)
      if (const Buffer buffer = *i; buffer.size() > 0) return buffer;
    return {};
  }

  static void startRead(std::shared_ptr<Stream> stream, asio::mutable_buffer into, TransferHandler handler);
  static void startWrite(std::shared_ptr<Stream> stream, Bytes gathered, asio::const_buffer whole,
                         TransferHandler handler);

  std::shared_ptr<Stream> m_stream;
};

// Beast's customisation points for ending a connection.
void beast_close_socket(StreamAdapter& adapter);
void teardown(boost::beast::role_type role, StreamAdapter& adapter, boost::system::error_code& error);

template <typename Handler>
void async_teardown(boost::beast::role_type, StreamAdapter& adapter, Handler&& handler) {
  adapter.stream()->close();
  asio::post(adapter.get_executor(),
             [handler = std::forward<Handler>(handler)]() mutable { handler(boost::system::error_code()); });
}

}  // namespace berth::http::detail
