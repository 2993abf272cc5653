#include "core/base/Notifier.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace berth {

namespace {

// Keeps a waiter's timer listed while its frame lives, also when the frame is destroyed without being resumed.
class Listed {
 public:
  Listed(std::vector<asio::steady_timer*>& list, asio::steady_timer& timer) : m_list(list), m_timer(timer) {
    m_list.push_back(&m_timer);
  }
  ~Listed() { std::erase(m_list, &m_timer); }
  Listed(const Listed&) = delete;
  Listed& operator=(const Listed&) = delete;

 private:
  std::vector<asio::steady_timer*>& m_list;
  asio::steady_timer& m_timer;
};

}  // namespace

Task<bool> Notifier::wait() { co_return (co_await waitUntil(TimePoint::max())).has_value(); }

Task<Result<void>> Notifier::waitUntil(TimePoint deadline) {
  const auto seen = m_generation;
  asio::steady_timer timer(m_executor, deadline);
  const Listed listed(m_waiters, timer);
  boost::system::error_code error;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  if (m_generation != seen) co_return Result<void>();
  if (!error) co_return fail(ErrorCode::Timeout, "timed out");
  co_return fail(ErrorCode::Cancelled, "cancelled while waiting");
}

void Notifier::notify() noexcept {
  ++m_generation;
  for (auto* timer : m_waiters) timer->cancel();
}

}  // namespace berth
