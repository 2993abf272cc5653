// The sessions that a service has at the moment, so that it can end them all and wait until they are gone. Used on one
// loop.
#pragma once

#include <chrono>
#include <set>

#include "core/base/Notifier.h"
#include "core/base/Task.h"

namespace berth::server {

template <typename Session>  // has close()
class SessionList {
 public:
  explicit SessionList(asio::any_io_executor executor) : m_changed(std::move(executor)) {}

  // Keeps a session in the list, whatever ends it. List and session outlive the entry.
  class Entry {
   public:
    Entry(SessionList& list, Session& session) : m_list(list), m_session(session) {
      m_list.m_sessions.insert(&m_session);
    }
    ~Entry() {
      m_list.m_sessions.erase(&m_session);
      m_list.m_changed.notify();
    }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    SessionList& m_list;
    Session& m_session;
  };

  std::size_t size() const noexcept { return m_sessions.size(); }
  void closeAll() {
    for (auto* session : m_sessions) session->close();
  }
  // False when some are left at the end of `limit`.
  Task<bool> waitUntilEmpty(std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    // gcc 14 evaluates all of "a && co_await b" in the condition of a loop, whatever a says.
    while (!m_sessions.empty())
      if (!co_await m_changed.waitUntil(deadline)) break;
    co_return m_sessions.empty();
  }

 private:
  std::set<Session*> m_sessions;
  Notifier m_changed;
};

}  // namespace berth::server
