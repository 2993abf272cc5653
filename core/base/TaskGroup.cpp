#include "core/base/TaskGroup.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include "core/base/Log.h"

namespace berth {

struct TaskGroup::State {
  explicit State(const asio::any_io_executor& executor) : emptied(executor) {
    emptied.expires_at(asio::steady_timer::time_point::max());
  }
  std::list<asio::cancellation_signal> running;
  asio::steady_timer emptied;
};

namespace {

void logEscaped(const std::exception_ptr& escaped) {
  try {
    std::rethrow_exception(escaped);
  } catch (const boost::system::system_error& e) {
    if (e.code() != asio::error::operation_aborted) log::error("a task ended with: {}", e.what());
  } catch (const std::exception& e) {
    log::error("a task ended with: {}", e.what());
  }
}

}  // namespace

TaskGroup::TaskGroup(asio::any_io_executor executor)
    : m_executor(std::move(executor)), m_state(std::make_shared<State>(m_executor)) {}

TaskGroup::~TaskGroup() { cancel(); }

void TaskGroup::spawn(Task<void> task) {
  const auto own = m_state->running.emplace(m_state->running.end());
  asio::co_spawn(m_executor, std::move(task),
                 asio::bind_cancellation_slot(own->slot(), [state = m_state, own](const std::exception_ptr& escaped) {
                   if (escaped) logEscaped(escaped);
                   state->running.erase(own);
                   if (state->running.empty()) state->emptied.cancel();
                 }));
}

void TaskGroup::cancel() {
  // Emitting may end tasks, which erases their entries; so posted, on what is running now.
  const auto state = m_state;
  std::vector<std::list<asio::cancellation_signal>::iterator> now;
  for (auto it = state->running.begin(); it != state->running.end(); ++it) now.push_back(it);
  for (auto it : now) it->emit(asio::cancellation_type::terminal);
}

Task<void> TaskGroup::join() {
  const auto state = m_state;
  while (!state->running.empty()) {
    boost::system::error_code ignored;
    co_await state->emptied.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

std::size_t TaskGroup::size() const noexcept { return m_state->running.size(); }

}  // namespace berth
