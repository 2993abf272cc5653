#include "core/agent/life/Reporters.h"

#include "core/agent/life/Text.h"
#include "core/base/Log.h"
#include "core/rpc/Proto.h"

namespace berth::agent {

namespace {

Result<void> cancelled() { return fail(ErrorCode::Cancelled, "asked to stop"); }

rpc::agentpb::Connection toWire(const ConnectionEvent& event) {
  rpc::agentpb::Connection connection;
  connection.set_id(rpc::toWire(event.id));
  connection.set_action(event.isConnect ? rpc::agentpb::Connection::CONNECT : rpc::agentpb::Connection::DISCONNECT);
  connection.set_type(static_cast<rpc::agentpb::Connection::Type>(event.type));
  *connection.mutable_timestamp() = rpc::toTimestamp(event.at);
  connection.set_status_code(event.status);
  if (!event.reason.empty()) connection.set_reason(cleanText(event.reason));
  return connection;
}

}  // namespace

bool LifecycleReporter::set(LifecycleState state) {
  if (!m_lifecycle.set(state, m_clock.wallNow())) return false;
  m_changed.notify();
  return true;
}

Task<Result<void>> LifecycleReporter::run(rpc::AgentClient& client) {
  while (true) {
    while (const auto change = m_lifecycle.firstUnreported()) {
      rpc::agentpb::Lifecycle lifecycle;
      lifecycle.set_state(static_cast<rpc::agentpb::Lifecycle::State>(change->state));
      *lifecycle.mutable_changed_at() = rpc::toTimestamp(change->changedAt);
      CO_TRY(co_await client.updateLifecycle(std::move(lifecycle)));
      m_lifecycle.markReported();
    }
    if (!co_await m_changed.wait()) co_return cancelled();
  }
}

void ConnectionReporter::add(ConnectionEvent event) {
  if (m_events.size() >= kMaxConnectionEvents) {
    log::warning("connection report: too many wait, this one is dropped");
    return;
  }
  m_events.push_back(std::move(event));
  m_changed.notify();
}

Task<Result<void>> ConnectionReporter::run(rpc::AgentClient& client) {
  while (true) {
    while (!m_events.empty()) {
      const auto reported = co_await client.reportConnection(toWire(m_events.front()));
      if (!reported) {
        const ErrorCode code = reported.error().code();
        if (code == ErrorCode::Cancelled || code == ErrorCode::ConnectionLost) co_return reported;  // kept
        log::warning("connection report: {}", reported.error().message());
      }
      m_events.pop_front();
    }
    if (!co_await m_changed.wait()) co_return cancelled();
  }
}

}  // namespace berth::agent
