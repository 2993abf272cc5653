// Workspace agents and all that hangs on them.
#pragma once

#include <string_view>
#include "core/store/Records.h"
#include "core/store/Store.h"

namespace berth::store {

inline constexpr std::int64_t kMaxAgentLogBytes = 1'048'576;

Result<void> insertAgent(Transaction& tx, const AgentRecord& agent);
Result<void> updateAgent(Transaction& tx, const AgentRecord& agent);  // all columns
Result<AgentRecord> getAgent(Transaction& tx, AgentId id);            // deleted ones too
Result<std::optional<AgentRecord>> findAgent(Transaction& tx, AgentId id);
// Not deleted, newest first; the caller checks that its build is current (reference/provisioning.md 5.4).
Result<std::optional<AgentRecord>> findAgentByToken(Transaction& tx, Uuid token);
Result<std::vector<AgentRecord>> listAgentsOfJob(Transaction& tx, JobId job);  // by displayOrder, name
Result<std::vector<AgentRecord>> listSubAgents(Transaction& tx, AgentId parent);
// Agents of the workspace's latest build.
Result<std::vector<AgentRecord>> listCurrentAgents(Transaction& tx, WorkspaceId workspace);
// Soft-deletes the agents of all builds of the workspace, except those of `keep`'s job.
Result<void> deleteOldAgents(Transaction& tx, WorkspaceId workspace, std::optional<JobId> keep, WallTime now);
Result<void> deleteAgent(Transaction& tx, AgentId id, WallTime now);

struct AgentConnectionTimes {
  std::optional<WallTime> firstConnectedAt, lastConnectedAt, disconnectedAt;
};
Result<void> setAgentConnection(Transaction& tx, AgentId id, const AgentConnectionTimes& times, WallTime now);
// After a restart no agent is connected: sets disconnectedAt of those whose last connection has no end.
Result<void> disconnectAllAgents(Transaction& tx, WallTime now);
Result<void> setAgentLifecycle(Transaction& tx, AgentId id, AgentLifecycle lifecycle, std::optional<WallTime> startedAt,
                               std::optional<WallTime> readyAt);
Result<void> setAgentStartup(Transaction& tx, AgentId id, std::string_view version, std::string_view apiVersion,
                             std::string_view expandedDirectory, const std::vector<std::string>& subsystems);

Result<void> insertAgentScript(Transaction& tx, const AgentScriptRecord& script);
Result<std::vector<AgentScriptRecord>> listAgentScripts(Transaction& tx, AgentId agent);
// Stores the run and keeps the last result on the script; NotFound for a script of another agent.
Result<void> insertAgentScriptTiming(Transaction& tx, const AgentScriptTimingRecord& timing);
Result<std::vector<AgentScriptTimingRecord>> listAgentScriptTimings(Transaction& tx, JobId job);

Result<void> putAgentLogSource(Transaction& tx, const AgentLogSourceRecord& source);  // by id; kept when it exists
Result<std::vector<AgentLogSourceRecord>> listAgentLogSources(Transaction& tx, AgentId agent);

// Adds lines in their order (ids are given here). LimitExceeded over kMaxAgentLogBytes; the agent is then marked
// overflowed and nothing is stored. Gives back what was stored, with ids.
struct AgentLogAppend {
  std::vector<AgentLogRecord> stored;
  bool overflowed = false;
};
Result<AgentLogAppend> insertAgentLogs(Transaction& tx, AgentId agent, std::vector<AgentLogRecord> lines);
Result<std::vector<AgentLogRecord>> listAgentLogs(Transaction& tx, AgentId agent, std::int64_t afterId = 0);

Result<void> insertAgentMetadata(Transaction& tx, const AgentMetadataRecord& metadata);
// Values of keys that the agent does not have are ignored.
Result<void> setAgentMetadataValue(Transaction& tx, AgentId agent, std::string_view key, std::string_view value,
                                   std::string_view error, WallTime collectedAt);
Result<std::vector<AgentMetadataRecord>> listAgentMetadata(Transaction& tx, AgentId agent);  // declared order, key

Result<void> insertAgentDevcontainer(Transaction& tx, const AgentDevcontainerRecord& devcontainer);
Result<std::vector<AgentDevcontainerRecord>> listAgentDevcontainers(Transaction& tx, AgentId agent);

Result<void> putAgentStats(Transaction& tx, const AgentStatsRecord& stats);
Result<std::optional<AgentStatsRecord>> findAgentStats(Transaction& tx, AgentId agent);

Result<void> putAgentConnection(Transaction& tx, const AgentConnectionRecord& connection);  // by id
Result<std::optional<AgentConnectionRecord>> findAgentConnection(Transaction& tx, AgentId agent, const Uuid& id);
Result<std::vector<AgentConnectionRecord>> listAgentConnections(Transaction& tx, AgentId agent);  // newest first

}  // namespace berth::store
