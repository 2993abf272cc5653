// How people and SSH clients name a workspace and its agent (reference/rest-api.md 7.6, agent-and-ide.md 7.1).
#pragma once

#include <string>
#include <vector>

#include "core/api/Workspaces.h"

namespace berth::cli {

struct WorkspaceName {
  std::string owner = "me";
  std::string workspace = {};
  std::string agent = {};
};

// workspace, workspace.agent, owner/workspace, owner--workspace, owner/workspace.agent, agent.workspace.owner, ...
Result<WorkspaceName> parseWorkspaceName(std::string_view text);

// InvalidInput for a name that no new workspace or template (`kind`) may have (reference/rest-api.md 1.6).
Result<void> checkNewName(const std::string& name, std::string_view kind);

// Takes "coder." off the front or ".coder" off the end of a host name.
std::string stripHostName(std::string text, const std::string& prefix, const std::string& suffix);

// The agent named, or the only one. InvalidInput lists the agents that there are.
Result<api::WorkspaceAgent> chooseAgent(const api::Workspace& workspace, const std::string& name);

}  // namespace berth::cli
