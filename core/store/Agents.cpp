#include "core/store/Agents.h"

#include "core/store/Sql.h"

namespace berth::store {

namespace {

const Query kInsert = insertQuery<AgentRecord>("workspace_agents");
const Query kUpdate = updateQuery<AgentRecord>("workspace_agents");
const Query kById = selectQuery<AgentRecord>("agent", "workspace_agents", "WHERE id = ?");
const Query kByToken = selectQuery<AgentRecord>(
    "agent by token", "workspace_agents", "WHERE auth_token = ? AND deleted = 0 ORDER BY created_at DESC LIMIT 1");
const Query kOfJob = selectQuery<AgentRecord>(
    "list agents of job", "workspace_agents a",
    "JOIN workspace_resources r ON r.id = a.resource_id WHERE r.job_id = ? ORDER BY a.display_order, a.name");
const Query kOfParent = selectQuery<AgentRecord>("list sub-agents", "workspace_agents",
                                                 "WHERE parent_id = ? AND deleted = 0 ORDER BY created_at");
const Query kCurrent = selectQuery<AgentRecord>(
    "list current agents", "workspace_agents a",
    "JOIN workspace_resources r ON r.id = a.resource_id JOIN workspace_builds b ON b.job_id = r.job_id "
    "WHERE b.workspace_id = ? AND a.deleted = 0 AND b.build_number = "
    "(SELECT max(build_number) FROM workspace_builds WHERE workspace_id = b.workspace_id) "
    "ORDER BY a.display_order, a.name");
const Query kDeleteOld{
    .name = "delete old agents",
    .text =
        "UPDATE workspace_agents SET deleted = 1, updated_at = ? WHERE deleted = 0 AND resource_id IN "
        "(SELECT r.id FROM workspace_resources r JOIN workspace_builds b ON b.job_id = r.job_id "
        "WHERE b.workspace_id = ? AND b.job_id <> ?)"};
const Query kDelete{.name = "delete agent",
                    .text = "UPDATE workspace_agents SET deleted = 1, updated_at = ? WHERE id = ?"};
const Query kSetConnection{.name = "set agent connection",
                           .text =
                               "UPDATE workspace_agents SET first_connected_at = ?, last_connected_at = ?, "
                               "disconnected_at = ?, updated_at = ? WHERE id = ?"};
const Query kDisconnectAll{.name = "disconnect all agents",
                           .text =
                               "UPDATE workspace_agents SET disconnected_at = ? WHERE last_connected_at IS NOT NULL "
                               "AND (disconnected_at IS NULL OR disconnected_at < last_connected_at)"};
const Query kSetLifecycle{
    .name = "set agent lifecycle",
    .text = "UPDATE workspace_agents SET lifecycle = ?, started_at = ?, ready_at = ? WHERE id = ?"};
const Query kSetStartup{.name = "set agent startup",
                        .text =
                            "UPDATE workspace_agents SET version = ?, api_version = ?, expanded_directory = ?, "
                            "subsystems = ? WHERE id = ?"};

}  // namespace

Result<void> insertAgent(Transaction& tx, const AgentRecord& agent) { return insertRow(tx, kInsert, agent); }
Result<void> updateAgent(Transaction& tx, const AgentRecord& agent) { return updateRow(tx, kUpdate, agent); }
Result<AgentRecord> getAgent(Transaction& tx, AgentId id) { return getRow<AgentRecord>(tx, kById, id); }
Result<std::optional<AgentRecord>> findAgent(Transaction& tx, AgentId id) {
  return findRow<AgentRecord>(tx, kById, id);
}
Result<std::optional<AgentRecord>> findAgentByToken(Transaction& tx, Uuid token) {
  return findRow<AgentRecord>(tx, kByToken, token);
}
Result<std::vector<AgentRecord>> listAgentsOfJob(Transaction& tx, JobId job) {
  return listRows<AgentRecord>(tx, kOfJob, job);
}
Result<std::vector<AgentRecord>> listSubAgents(Transaction& tx, AgentId parent) {
  return listRows<AgentRecord>(tx, kOfParent, parent);
}
Result<std::vector<AgentRecord>> listCurrentAgents(Transaction& tx, WorkspaceId workspace) {
  return listRows<AgentRecord>(tx, kCurrent, workspace);
}
Result<void> deleteOldAgents(Transaction& tx, WorkspaceId workspace, std::optional<JobId> keep, WallTime now) {
  return writeAny(tx, kDeleteOld, now, workspace, keep.value_or(JobId()));
}
Result<void> deleteAgent(Transaction& tx, AgentId id, WallTime now) { return writeOne(tx, kDelete, now, id); }

Result<void> setAgentConnection(Transaction& tx, AgentId id, const AgentConnectionTimes& times, WallTime now) {
  return writeOne(tx, kSetConnection, times.firstConnectedAt, times.lastConnectedAt, times.disconnectedAt, now, id);
}
Result<void> disconnectAllAgents(Transaction& tx, WallTime now) { return writeAny(tx, kDisconnectAll, now); }
Result<void> setAgentLifecycle(Transaction& tx, AgentId id, AgentLifecycle lifecycle, std::optional<WallTime> startedAt,
                               std::optional<WallTime> readyAt) {
  return writeOne(tx, kSetLifecycle, lifecycle, startedAt, readyAt, id);
}
Result<void> setAgentStartup(Transaction& tx, AgentId id, std::string_view version, std::string_view apiVersion,
                             std::string_view expandedDirectory, const std::vector<std::string>& subsystems) {
  return writeOne(tx, kSetStartup, version, apiVersion, expandedDirectory, subsystems, id);
}

}  // namespace berth::store
