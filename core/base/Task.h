// The coroutine type of everything that waits.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace berth {

namespace asio = boost::asio;

// A coroutine on an Asio executor. Cancellation travels through Asio's cancellation slots: a cancelled wait ends with
// ErrorCode::Cancelled.
template <typename T = void>
using Task = asio::awaitable<T>;

}  // namespace berth
