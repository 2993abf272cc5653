#include "core/server/workspaces/Status.h"

namespace berth::server {

WorkspaceStatus workspaceStatusOf(Transition transition, JobStatus job) {
  const auto byTransition = [transition](WorkspaceStatus start, WorkspaceStatus stop, WorkspaceStatus remove) {
    switch (transition) {
      case Transition::Start: return start;
      case Transition::Stop: return stop;
      case Transition::Delete: return remove;
      case Transition::Unknown: break;
    }
    return WorkspaceStatus::Failed;
  };
  switch (job) {
    case JobStatus::Pending: return WorkspaceStatus::Pending;
    case JobStatus::Running:
      return byTransition(WorkspaceStatus::Starting, WorkspaceStatus::Stopping, WorkspaceStatus::Deleting);
    case JobStatus::Succeeded:
      return byTransition(WorkspaceStatus::Running, WorkspaceStatus::Stopped, WorkspaceStatus::Deleted);
    case JobStatus::Canceling: return WorkspaceStatus::Canceling;
    case JobStatus::Canceled: return WorkspaceStatus::Canceled;
    case JobStatus::Failed:
    case JobStatus::Unknown: break;
  }
  return WorkspaceStatus::Failed;
}

AgentConnectionState agentConnectionOf(const AgentTimes& agent, WallTime now) {
  if (!agent.firstConnectedAt) {
    const bool isLate = agent.connectionTimeout.count() > 0 && now - agent.createdAt > agent.connectionTimeout;
    return {isLate ? AgentStatus::Timeout : AgentStatus::Connecting, std::nullopt};
  }
  const auto lastSeenAt = agent.lastConnectedAt.value_or(*agent.firstConnectedAt);
  if (agent.disconnectedAt && *agent.disconnectedAt >= lastSeenAt)
    return {AgentStatus::Disconnected, agent.disconnectedAt};
  if (now - lastSeenAt > kAgentInactiveAfter) return {AgentStatus::Disconnected, lastSeenAt};
  return {AgentStatus::Connected, agent.disconnectedAt};
}

std::optional<std::string> agentProblem(AgentStatus status, AgentLifecycle lifecycle) {
  if (status != AgentStatus::Connected && lifecycle == AgentLifecycle::Off) return "agent is not running";
  switch (status) {
    case AgentStatus::Connecting: return "agent has not yet connected";
    case AgentStatus::Timeout: return "agent is taking too long to connect";
    case AgentStatus::Disconnected: return "agent has lost connection";
    case AgentStatus::Connected:
    case AgentStatus::Unknown: break;
  }
  switch (lifecycle) {
    case AgentLifecycle::StartError: return "agent startup script exited with an error";
    case AgentLifecycle::ShuttingDown:
    case AgentLifecycle::ShutdownTimeout:
    case AgentLifecycle::ShutdownError:
    case AgentLifecycle::Off: return "agent is shutting down";
    case AgentLifecycle::Created:
    case AgentLifecycle::Starting:
    case AgentLifecycle::StartTimeout:
    case AgentLifecycle::Ready:
    case AgentLifecycle::Unknown: break;
  }
  return std::nullopt;
}

}  // namespace berth::server
