// Small reports to the control plane, each a queue that waits while there is no connection.
#pragma once

#include <deque>

#include "core/agent/life/Lifecycle.h"
#include "core/base/Ids.h"
#include "core/base/Notifier.h"
#include "core/rpc/AgentClient.h"

namespace berth::agent {

class LifecycleReporter {
 public:
  LifecycleReporter(asio::any_io_executor executor, const Clock& clock) : m_clock(clock), m_changed(executor) {}

  bool set(LifecycleState state);
  bool isIdle() const { return !m_lifecycle.firstUnreported(); }
  LifecycleState state() const noexcept { return m_lifecycle.state(); }

  // Until a call fails.
  Task<Result<void>> run(rpc::AgentClient& client);

 private:
  const Clock& m_clock;
  Lifecycle m_lifecycle;
  Notifier m_changed;
};

// Numbers as on the wire (reference/tailnet.md 7.7).
enum class ConnectionType { Unspecified = 0, Ssh = 1, VsCode = 2, JetBrains = 3, ReconnectingPty = 4 };

struct ConnectionEvent {
  Uuid id;
  bool isConnect = true;
  ConnectionType type = ConnectionType::Ssh;
  WallTime at;
  int status = 0;
  std::string reason;  // of a disconnect
};

inline constexpr std::size_t kMaxConnectionEvents = 2048;  // further ones are dropped

class ConnectionReporter {
 public:
  explicit ConnectionReporter(asio::any_io_executor executor) : m_changed(executor) {}

  void add(ConnectionEvent event);
  bool isIdle() const noexcept { return m_events.empty(); }

  // Until cancelled; an event that the server refuses is dropped.
  Task<Result<void>> run(rpc::AgentClient& client);

 private:
  std::deque<ConnectionEvent> m_events;
  Notifier m_changed;
};

}  // namespace berth::agent
