#include "core/agent/life/Lifecycle.h"

#include "core/base/Log.h"

namespace berth::agent {

std::string_view toString(LifecycleState state) noexcept {
  switch (state) {
    case LifecycleState::Created: return "created";
    case LifecycleState::Starting: return "starting";
    case LifecycleState::StartTimeout: return "start_timeout";
    case LifecycleState::StartError: return "start_error";
    case LifecycleState::Ready: return "ready";
    case LifecycleState::ShuttingDown: return "shutting_down";
    case LifecycleState::ShutdownTimeout: return "shutdown_timeout";
    case LifecycleState::ShutdownError: return "shutdown_error";
    case LifecycleState::Off: return "off";
  }
  return "unknown";
}

bool Lifecycle::set(LifecycleState state, WallTime now) {
  if (state <= m_state) {
    log::warning("lifecycle: {} does not follow {}", toString(state), toString(m_state));
    return false;
  }
  log::info("lifecycle: {} -> {}", toString(m_state), toString(state));
  m_state = state;
  m_unreported.push_back({state, now});
  return true;
}

std::optional<LifecycleChange> Lifecycle::firstUnreported() const {
  return m_unreported.empty() ? std::nullopt : std::optional(m_unreported.front());
}

void Lifecycle::markReported() { m_unreported.pop_front(); }

}  // namespace berth::agent
