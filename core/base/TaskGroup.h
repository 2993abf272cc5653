// Coroutines that belong to one owner, which can end and await them all.
#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <memory>

#include "core/base/Task.h"

namespace berth {

// All calls on the executor. The owner calls cancel() and awaits join() before what its tasks use is destroyed; a group
// that is destroyed earlier cancels, but cannot wait.
class TaskGroup {
 public:
  explicit TaskGroup(asio::any_io_executor executor);
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // Starts at once, up to its first suspension or later. An exception that leaves a task is logged and goes no further.
  void spawn(Task<void> task);

  // Asks every task to end: its current wait fails with operation_aborted. Tasks spawned later are not affected.
  void cancel();

  // Until no task is left.
  Task<void> join();

  std::size_t size() const noexcept;

 private:
  struct State;
  asio::any_io_executor m_executor;
  std::shared_ptr<State> m_state;  // outlives the group for the sake of tasks that end later
};

}  // namespace berth
