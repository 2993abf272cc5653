#include "core/base/Notifier.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace berth {

Notifier::Notifier(const asio::any_io_executor& executor) : m_timer(executor, asio::steady_timer::time_point::max()) {}

Task<bool> Notifier::wait() {
  const auto seen = m_generation;
  boost::system::error_code ignored;
  ++m_waiters;
  co_await m_timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  --m_waiters;
  co_return m_generation != seen;
}

void Notifier::notify() noexcept {
  ++m_generation;
  if (m_waiters > 0) m_timer.cancel();
}

}  // namespace berth
