#include <format>

#include "core/client/detail/Call.h"

namespace berth::client {

namespace {

std::string agentPath(AgentId id, std::string_view rest = "") {
  return std::format("/api/v2/workspaceagents/{}{}", id.toString(), rest);
}

std::string logsPath(AgentId id, std::int64_t after, bool follows) {
  std::string path = agentPath(id, follows ? "/logs?follow" : "/logs");
  if (after > 0) path += std::format("{}after={}", follows ? '&' : '?', after);
  return path;
}

}  // namespace

Task<Result<api::WorkspaceAgent>> Session::agent(AgentId id) { return ask<api::WorkspaceAgent>("GET", agentPath(id)); }

Task<Result<api::AgentConnectionInfo>> Session::agentConnection(AgentId id) {
  return ask<api::AgentConnectionInfo>("GET", agentPath(id, "/connection"));
}

Task<Result<api::AgentConnectionInfo>> Session::connectionInfo() {
  return ask<api::AgentConnectionInfo>("GET", "/api/v2/workspaceagents/connection");
}

Task<Result<std::vector<api::WorkspaceAgentListeningPort>>> Session::listeningPorts(AgentId id) {
  CO_TRY_ASSIGN(auto answer,
                co_await ask<api::WorkspaceAgentListeningPortsResponse>("GET", agentPath(id, "/listening-ports")));
  co_return std::move(answer.ports);
}

Task<Result<std::vector<api::WorkspaceAgentLog>>> Session::agentLogs(AgentId id, std::int64_t after) {
  return ask<std::vector<api::WorkspaceAgentLog>>("GET", logsPath(id, after, false));
}

Task<Result<std::unique_ptr<AgentLogStream>>> Session::followAgentLogs(AgentId id, std::int64_t after) {
  CO_TRY_ASSIGN(auto socket, co_await openSocket(logsPath(id, after, true)));
  co_return std::make_unique<AgentLogStream>(std::move(socket));
}

}  // namespace berth::client
