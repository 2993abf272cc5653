// Makes workspaces and builds: the checks, the values of parameters, and the rows of job and build in one transaction
// (reference/provisioning.md 3.1, rest-api.md 4.2, 4.9).
#pragma once

#include <optional>
#include <string>

#include "core/api/Workspaces.h"
#include "core/server/http/Actor.h"
#include "core/server/http/ApiError.h"
#include "core/store/Records.h"
#include "core/store/Store.h"

namespace berth::server {

struct NewBuild {
  Transition transition = Transition::Start;
  std::optional<TemplateVersionId> templateVersionId;  // empty: the last build's, or the active one where required
  store::TextMap parameters;
  std::optional<PresetId> presetId;
  std::string reason = "initiator";
  std::optional<Bytes> state;  // in place of the last build's
  bool isOrphan = false;       // delete without destroying anything
  std::string logLevel;
};

// From a request, with what it may not combine refused (400).
ApiResult<NewBuild> readBuildRequest(const api::CreateWorkspaceBuildRequest& request);

// Inserts the build and its pending job. Publishing and waking the worker is the caller's, after the commit.
ApiResult<store::BuildRecord> insertNewBuild(store::Transaction& tx, const Actor& actor,
                                             const store::WorkspaceRecord& workspace, const NewBuild& request,
                                             WallTime now);

// Inserts the workspace with its first build.
ApiResult<store::WorkspaceRecord> insertNewWorkspace(store::Transaction& tx, const Actor& actor,
                                                     const store::UserRecord& owner,
                                                     const api::CreateWorkspaceRequest& request, WallTime now);

// 400 with a validation of "name".
ApiResult<void> checkWorkspaceName(std::string_view name);

}  // namespace berth::server
