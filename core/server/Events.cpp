#include "core/server/Events.h"

#include <algorithm>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace berth::server {

// What one subscriber has not looked at yet, and a timer that stands for "something is there".
struct Events::Subscription::Inbox {
  explicit Inbox(const asio::any_io_executor& executor) : arrived(executor) {}

  asio::steady_timer arrived;
  std::set<Subject> subjects;
  std::set<Subject> changed;
  bool isClosed = false;

  void wake() { arrived.cancel(); }
};

struct Events::State {
  asio::any_io_executor executor;
  std::map<Subject, std::vector<Subscription::Inbox*>> readers;
  std::set<Subscription::Inbox*> inboxes;
  bool isClosed = false;

  void remove(const Subject& subject, Subscription::Inbox* inbox) {
    const auto found = readers.find(subject);
    if (found == readers.end()) return;
    std::erase(found->second, inbox);
    if (found->second.empty()) readers.erase(found);
  }
};

Events::Events(asio::any_io_executor executor) : m_state(std::make_shared<State>()) {
  m_state->executor = std::move(executor);
}

Events::~Events() { close(); }

std::unique_ptr<Events::Subscription> Events::subscribe(std::vector<Subject> subjects) {
  auto inbox = std::make_shared<Subscription::Inbox>(m_state->executor);
  inbox->isClosed = m_state->isClosed;
  m_state->inboxes.insert(inbox.get());
  std::unique_ptr<Subscription> subscription(new Subscription(m_state, std::move(inbox)));
  for (const Subject& subject : subjects) subscription->add(subject);
  return subscription;
}

void Events::publish(Subject subject) {
  const auto found = m_state->readers.find(subject);
  if (found == m_state->readers.end()) return;
  for (auto* inbox : found->second) {
    inbox->changed.insert(subject);
    inbox->wake();
  }
}

void Events::close() {
  m_state->isClosed = true;
  for (auto* inbox : m_state->inboxes) {
    inbox->isClosed = true;
    inbox->wake();
  }
}

Events::Subscription::Subscription(std::shared_ptr<State> state, std::shared_ptr<Inbox> inbox)
    : m_state(std::move(state)), m_inbox(std::move(inbox)) {}

Events::Subscription::~Subscription() {
  for (const Subject& subject : m_inbox->subjects) m_state->remove(subject, m_inbox.get());
  m_state->inboxes.erase(m_inbox.get());
  close();
}

Task<Result<std::set<Subject>>> Events::Subscription::wait(std::chrono::milliseconds limit) {
  // Kept here: the subscription may be destroyed while this waits.
  const auto inbox = m_inbox;
  if (inbox->changed.empty() && !inbox->isClosed) {
    inbox->arrived.expires_after(limit);
    boost::system::error_code cancelledByWake;
    co_await inbox->arrived.async_wait(asio::redirect_error(asio::use_awaitable, cancelledByWake));
  }
  if (inbox->isClosed) co_return fail(ErrorCode::Cancelled, "the subscription was closed");
  if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none)
    co_return fail(ErrorCode::Cancelled, "wait for changes");
  co_return std::exchange(inbox->changed, {});
}

void Events::Subscription::add(Subject subject) {
  if (m_inbox->subjects.insert(subject).second) m_state->readers[subject].push_back(m_inbox.get());
}

void Events::Subscription::remove(Subject subject) {
  if (m_inbox->subjects.erase(subject) == 0) return;
  m_state->remove(subject, m_inbox.get());
  m_inbox->changed.erase(subject);
}

void Events::Subscription::close() noexcept {
  m_inbox->isClosed = true;
  m_inbox->wake();
}

}  // namespace berth::server
