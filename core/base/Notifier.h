// Lets coroutines wait until other code on the same executor says that something changed.
//
//   while (queue.empty())
//     if (!co_await m_changed.wait()) co_return fail(ErrorCode::Cancelled, "...");
//
// All waiters wake at each notify(), and look again at what they wait for. The owner must outlive them.
#pragma once

#include <boost/asio/steady_timer.hpp>

#include "core/base/Clock.h"
#include "core/base/Task.h"

namespace berth {

class Notifier {
 public:
  explicit Notifier(const asio::any_io_executor& executor);

  // False when the waiting coroutine was cancelled.
  Task<bool> wait();

  // Wakes everybody who waits now. Cheap when nobody does.
  void notify() noexcept;

 private:
  asio::steady_timer m_timer;
  std::uint64_t m_generation = 0;
  std::size_t m_waiters = 0;
};

}  // namespace berth
