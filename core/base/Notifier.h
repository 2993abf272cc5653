// Lets coroutines wait until other code on the same executor says that something changed.
//
//   while (queue.empty())
//     if (!co_await m_changed.wait()) co_return fail(ErrorCode::Cancelled, "...");
//
// All waiters wake at each notify(), and look again at what they wait for. The owner must outlive them.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <vector>

#include "core/base/Clock.h"
#include "core/base/Error.h"
#include "core/base/Task.h"

namespace berth {

class Notifier {
 public:
  explicit Notifier(asio::any_io_executor executor) : m_executor(std::move(executor)) {}
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  // False when the waiting coroutine was cancelled.
  Task<bool> wait();

  // Timeout when `deadline` passes first, Cancelled when the waiting coroutine was cancelled.
  Task<Result<void>> waitUntil(TimePoint deadline);

  // Wakes everybody who waits now. Cheap when nobody does.
  void notify() noexcept;

 private:
  asio::any_io_executor m_executor;
  std::vector<asio::steady_timer*> m_waiters;  // each lives in its wait's frame
  std::uint64_t m_generation = 0;
};

}  // namespace berth
