#include "core/http/detail/StreamAdapter.h"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>

namespace berth::http::detail {

namespace {

using boost::system::error_code;
using Transferred = Result<std::size_t>;

error_code toErrorCode(const Error& error) {
  switch (error.code()) {
    case ErrorCode::EndOfStream: return asio::error::eof;
    case ErrorCode::Cancelled: return asio::error::operation_aborted;
    case ErrorCode::Timeout: return asio::error::timed_out;
    default: return asio::error::connection_reset;
  }
}

Task<Transferred> readInto(std::shared_ptr<Stream> stream, asio::mutable_buffer into) {
  co_return co_await stream->readSome(ByteSpan(static_cast<std::byte*>(into.data()), into.size()));
}

Task<Transferred> writeFrom(std::shared_ptr<Stream> stream, Bytes gathered, asio::const_buffer whole) {
  const ByteView data =
      gathered.empty() ? ByteView(static_cast<const std::byte*>(whole.data()), whole.size()) : ByteView(gathered);
  const auto written = co_await stream->write(data);
  if (!written) co_return fail(written.error());
  co_return data.size();
}

void start(const asio::any_io_executor& executor, Task<Transferred> transfer, StreamAdapter::TransferHandler handler) {
  const auto slot = asio::get_associated_cancellation_slot(handler);
  auto complete = [handler = std::move(handler)](const std::exception_ptr& failure, const Transferred& count) mutable {
    if (failure)
      std::move(handler)(asio::error::operation_aborted, 0);
    else if (!count)
      std::move(handler)(toErrorCode(count.error()), 0);
    else
      std::move(handler)(error_code(), *count);
  };
  asio::co_spawn(executor, std::move(transfer), asio::bind_cancellation_slot(slot, std::move(complete)));
}

}  // namespace

void StreamAdapter::startRead(std::shared_ptr<Stream> stream, asio::mutable_buffer into, TransferHandler handler) {
  const auto executor = stream->executor();
  start(executor, readInto(std::move(stream), into), std::move(handler));
}

void StreamAdapter::startWrite(std::shared_ptr<Stream> stream, Bytes gathered, asio::const_buffer whole,
                               TransferHandler handler) {
  const auto executor = stream->executor();
  start(executor, writeFrom(std::move(stream), std::move(gathered), whole), std::move(handler));
}

void beast_close_socket(StreamAdapter& adapter) { adapter.stream()->close(); }

void teardown(boost::beast::role_type, StreamAdapter& adapter, error_code& error) {
  adapter.stream()->close();
  error = {};
}

}  // namespace berth::http::detail
