// Whether the apps of a workspace answer (reference/agent-and-ide.md 5.2).
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/agent/Manifest.h"
#include "core/base/Error.h"
#include "core/base/TaskGroup.h"
#include "core/rpc/AgentClient.h"

namespace berth::agent {

// One app's state. One success makes it healthy; more failures in a row than the threshold make it unhealthy.
class AppHealthState {
 public:
  AppHealthState(AppHealth initial, int threshold) : m_health(initial), m_threshold(threshold) {}

  // True when the health changed.
  bool onResult(bool isSuccess);
  AppHealth health() const noexcept { return m_health; }

 private:
  AppHealth m_health;
  int m_threshold;
  int m_failures = 0;
};

// What to ask for at the host of a health URL: its path and query, without the fragment.
std::string healthTarget(std::string_view url);

class AppHealthChecker {
 public:
  explicit AppHealthChecker(asio::any_io_executor executor) : m_executor(std::move(executor)) {}

  // Checks until cancelled; returns at once when no app asks for it.
  Task<Result<void>> run(rpc::AgentClient& client, std::vector<App> apps);

 private:
  Task<void> check(App app);

  asio::any_io_executor m_executor;
  std::map<Uuid, AppHealthState> m_states;
  bool m_hasChanged = false;
};

}  // namespace berth::agent
