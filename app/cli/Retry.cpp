#include "app/cli/Retry.h"

#include <boost/asio/steady_timer.hpp>

namespace berth::cli {

bool isPassing(const Error& error) {
  return error.code() == ErrorCode::Unavailable || error.code() == ErrorCode::ConnectionLost ||
         error.code() == ErrorCode::Timeout;
}

Task<void> pause(asio::any_io_executor executor, std::chrono::milliseconds duration) {
  asio::steady_timer timer(executor, duration);
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

}  // namespace berth::cli
