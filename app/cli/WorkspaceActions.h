// What create, start, stop, restart, update, delete and ssh have in common.
#pragma once

#include "app/cli/Context.h"
#include "app/cli/ParameterInput.h"

namespace berth::cli {

// By "workspace" or "owner/workspace".
Task<Result<api::Workspace>> findWorkspace(client::Session& session, std::string name);

// Posts a build and, unless told otherwise, shows it until its end. The log goes to standard error when `isQuiet`.
struct BuildRun {
  Transition transition = Transition::Start;
  std::optional<TemplateVersionId> version = {};
  std::vector<api::ParameterValue> parameters = {};
  std::string reason = {};
  bool isOrphan = false;
  bool waits = true;
  bool isQuiet = false;
};
Task<Result<void>> runBuild(Context& context, client::Session& session, WorkspaceId workspace, BuildRun run);

// A start build with the parameters of the latest build, questions and flags taken into account. `run` says how; its
// version is the latest build's (or what the template demands) when empty.
Task<Result<void>> startWorkspace(Context& context, client::Session& session, api::Workspace workspace,
                                  ParameterOptions options, BuildRun run = {});

// Plans without doing: shows the failure or, in short, what would be made.
Task<Result<void>> dryRun(Context& context, client::Session& session, const api::TemplateVersion& version,
                          std::string workspaceName, std::vector<api::ParameterValue> parameters);

// Why the latest build did not end well, and what to do; empty when it did, or goes on.
std::string describeFailure(const api::Workspace& workspace);

// Resources with their agents, a line each.
std::string describeResources(const std::vector<api::WorkspaceResource>& resources, bool showsAgentState);

}  // namespace berth::cli
