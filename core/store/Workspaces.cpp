#include "core/store/Workspaces.h"

#include "core/store/Sql.h"

namespace berth::store {

namespace {

const Query kInsert = insertQuery<WorkspaceRecord>("workspaces");
const Query kUpdate = updateQuery<WorkspaceRecord>("workspaces");
const Query kById = selectQuery<WorkspaceRecord>("workspace", "workspaces", "WHERE id = ?");
// Live before deleted, then the latest.
const Query kByName = selectQuery<WorkspaceRecord>(
    "workspace by name", "workspaces",
    "WHERE owner_id = ? AND lower(name) = lower(?) AND deleted <= ? ORDER BY deleted, updated_at DESC LIMIT 1");
const Query kAll =
    selectQuery<WorkspaceRecord>("list workspaces", "workspaces", "WHERE deleted = 0 ORDER BY lower(name), id");
const Query kOfOwner = selectQuery<WorkspaceRecord>("list workspaces of owner", "workspaces",
                                                    "WHERE owner_id = ? AND deleted = 0 ORDER BY lower(name)");
const Query kOfTemplate = selectQuery<WorkspaceRecord>(
    "list workspaces of template", "workspaces", "WHERE template_id = ? AND deleted = 0 ORDER BY lower(name), id");
const Query kOfAgent = selectQuery<WorkspaceRecord>(
    "workspace of agent", "workspaces w",
    "JOIN workspace_builds b ON b.workspace_id = w.id JOIN workspace_resources r ON r.job_id = b.job_id "
    "JOIN workspace_agents a ON a.resource_id = r.id WHERE a.id = ?");
const Query kOfJob = selectQuery<WorkspaceRecord>(
    "workspace of job", "workspaces w", "JOIN workspace_builds b ON b.workspace_id = w.id WHERE b.job_id = ?");
const Query kUsed{.name = "set workspace last used", .text = "UPDATE workspaces SET last_used_at = ? WHERE id = ?"};
const Query kDelete{.name = "delete workspace",
                    .text = "UPDATE workspaces SET deleted = 1, updated_at = ? WHERE id = ?"};

const Query kPutShare =
    upsertQuery<PortShareRecord>("workspace_agent_port_share", {"workspace_id", "agent_name", "port"});
const Query kShares = selectQuery<PortShareRecord>("list port shares", "workspace_agent_port_share",
                                                   "WHERE workspace_id = ? ORDER BY agent_name, port");
const Query kDeleteShare{.name = "delete port share",
                         .text =
                             "DELETE FROM workspace_agent_port_share "
                             "WHERE workspace_id = ? AND agent_name = ? AND port = ?"};

}  // namespace

Result<void> insertWorkspace(Transaction& tx, const WorkspaceRecord& workspace) {
  return insertRow(tx, kInsert, workspace);
}
Result<void> updateWorkspace(Transaction& tx, const WorkspaceRecord& workspace) {
  return updateRow(tx, kUpdate, workspace);
}
Result<WorkspaceRecord> getWorkspace(Transaction& tx, WorkspaceId id) { return getRow<WorkspaceRecord>(tx, kById, id); }
Result<std::optional<WorkspaceRecord>> findWorkspace(Transaction& tx, WorkspaceId id) {
  return findRow<WorkspaceRecord>(tx, kById, id);
}
Result<std::optional<WorkspaceRecord>> findWorkspaceByName(Transaction& tx, UserId owner, std::string_view name,
                                                           bool includeDeleted) {
  return findRow<WorkspaceRecord>(tx, kByName, owner, name, includeDeleted);
}
Result<std::vector<WorkspaceRecord>> listWorkspaces(Transaction& tx) { return listRows<WorkspaceRecord>(tx, kAll); }
Result<std::vector<WorkspaceRecord>> listWorkspacesOfOwner(Transaction& tx, UserId owner) {
  return listRows<WorkspaceRecord>(tx, kOfOwner, owner);
}
Result<std::vector<WorkspaceRecord>> listWorkspacesOfTemplate(Transaction& tx, TemplateId of) {
  return listRows<WorkspaceRecord>(tx, kOfTemplate, of);
}
Result<std::optional<WorkspaceRecord>> findWorkspaceOfAgent(Transaction& tx, AgentId agent) {
  return findRow<WorkspaceRecord>(tx, kOfAgent, agent);
}
Result<std::optional<WorkspaceRecord>> findWorkspaceOfJob(Transaction& tx, JobId job) {
  return findRow<WorkspaceRecord>(tx, kOfJob, job);
}
Result<void> setWorkspaceLastUsed(Transaction& tx, WorkspaceId id, WallTime now) {
  return writeOne(tx, kUsed, now, id);
}
Result<void> markWorkspaceDeleted(Transaction& tx, WorkspaceId id, WallTime now) {
  return writeOne(tx, kDelete, now, id);
}

Result<void> putPortShare(Transaction& tx, const PortShareRecord& share) { return insertRow(tx, kPutShare, share); }
Result<std::vector<PortShareRecord>> listPortShares(Transaction& tx, WorkspaceId workspace) {
  return listRows<PortShareRecord>(tx, kShares, workspace);
}
Result<bool> deletePortShare(Transaction& tx, WorkspaceId workspace, std::string_view agentName, std::int64_t port) {
  TRY_ASSIGN(const auto deleted, write(tx, kDeleteShare, workspace, agentName, port));
  return deleted > 0;
}

}  // namespace berth::store
