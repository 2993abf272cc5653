// Every status that is derived rather than stored, in one place; a job's own is
// store::JobRecord::status() (reference/rest-api.md 4.8, 4.12, 5.2, 5.3).
#pragma once

#include <optional>
#include <string>

#include "core/base/Clock.h"
#include "core/base/Enums.h"

namespace berth::server {

// An agent that has not been heard of for this long counts as gone: twice the interval of its pings.
inline constexpr std::chrono::seconds kAgentInactiveAfter{30};

WorkspaceStatus workspaceStatusOf(Transition transition, JobStatus job);

struct AgentTimes {
  WallTime createdAt;
  std::optional<WallTime> firstConnectedAt, lastConnectedAt, disconnectedAt;
  std::chrono::seconds connectionTimeout{0};  // none when 0
};
struct AgentConnectionState {
  AgentStatus status;
  std::optional<WallTime> disconnectedAt;  // as to be reported
};
AgentConnectionState agentConnectionOf(const AgentTimes& agent, WallTime now);

// Why the agent is not healthy; empty when it is.
std::optional<std::string> agentProblem(AgentStatus status, AgentLifecycle lifecycle);

}  // namespace berth::server
