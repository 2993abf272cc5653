// Workspaces and port shares.
#pragma once

#include <string_view>
#include "core/store/Records.h"
#include "core/store/Store.h"

namespace berth::store {

Result<void> insertWorkspace(Transaction& tx, const WorkspaceRecord& workspace);  // AlreadyExists: owner has the name
Result<void> updateWorkspace(Transaction& tx, const WorkspaceRecord& workspace);  // all columns
Result<WorkspaceRecord> getWorkspace(Transaction& tx, WorkspaceId id);            // deleted ones too
Result<std::optional<WorkspaceRecord>> findWorkspace(Transaction& tx, WorkspaceId id);
// Without case; the live one, else with `includeDeleted` the one deleted last.
Result<std::optional<WorkspaceRecord>> findWorkspaceByName(Transaction& tx, UserId owner, std::string_view name,
                                                           bool includeDeleted = false);
Result<std::vector<WorkspaceRecord>> listWorkspaces(Transaction& tx);  // live ones, by name
Result<std::vector<WorkspaceRecord>> listWorkspacesOfOwner(Transaction& tx, UserId owner);
Result<std::vector<WorkspaceRecord>> listWorkspacesOfTemplate(Transaction& tx, TemplateId of);
// The workspace that the agent's resource was built for.
Result<std::optional<WorkspaceRecord>> findWorkspaceOfAgent(Transaction& tx, AgentId agent);
Result<std::optional<WorkspaceRecord>> findWorkspaceOfJob(Transaction& tx, JobId job);
Result<void> setWorkspaceLastUsed(Transaction& tx, WorkspaceId id, WallTime now);
Result<void> markWorkspaceDeleted(Transaction& tx, WorkspaceId id, WallTime now);

Result<void> putPortShare(Transaction& tx, const PortShareRecord& share);
Result<std::vector<PortShareRecord>> listPortShares(Transaction& tx, WorkspaceId workspace);
Result<bool> deletePortShare(Transaction& tx, WorkspaceId workspace, std::string_view agentName, std::int64_t port);

}  // namespace berth::store
