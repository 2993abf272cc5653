// From stored records to what the API shows. All of it reads inside a transaction, on the database thread.
#pragma once

#include <vector>

#include "core/api/Workspaces.h"
#include "core/store/Records.h"
#include "core/store/Store.h"

namespace berth::server {

struct ViewContext {
  WallTime now;
  UserId viewer;              // favourites are the owner's own view
  std::string workspaceName;  // for names of subdomain apps; readBuild() fills these two in
  std::string ownerName;
};

Result<api::ProvisionerJob> readJob(store::Transaction& tx, const store::JobRecord& job);
api::ProvisionerJobLog toApi(const store::JobLogRecord& log);
api::WorkspaceAgentLog toApi(const store::AgentLogRecord& log);
api::WorkspaceAgentMetadata toApi(const store::AgentMetadataRecord& metadata, WallTime now);

// Workers that could take a job now.
Result<api::MatchedProvisioners> readMatchedProvisioners(store::Transaction& tx, OrganizationId organization,
                                                         WallTime now);

Result<api::WorkspaceAgent> readAgent(store::Transaction& tx, const store::AgentRecord& agent,
                                      const ViewContext& context);
// With agents and apps, in the order of reference/rest-api.md 4.10. Also for imports and dry runs.
Result<std::vector<api::WorkspaceResource>> readResources(store::Transaction& tx, JobId job,
                                                          const ViewContext& context);
Result<api::WorkspaceBuild> readBuild(store::Transaction& tx, const store::BuildRecord& build,
                                      const store::WorkspaceRecord& workspace, ViewContext context);
Result<api::Workspace> readWorkspace(store::Transaction& tx, const store::WorkspaceRecord& workspace,
                                     const ViewContext& context);

}  // namespace berth::server
