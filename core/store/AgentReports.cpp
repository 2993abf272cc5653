// What agents declare and report: scripts, logs, metadata, statistics, connections.
#include "core/store/Agents.h"
#include "core/store/Sql.h"

namespace berth::store {

namespace {

const Query kInsertScript = insertQuery<AgentScriptRecord>("workspace_agent_scripts");
const Query kScripts = selectQuery<AgentScriptRecord>("list agent scripts", "workspace_agent_scripts",
                                                      "WHERE agent_id = ? ORDER BY position");
const Query kSetScriptResult{.name = "set script result",
                             .text =
                                 "UPDATE workspace_agent_scripts SET exit_code = ?, status = ? "
                                 "WHERE id = ? AND agent_id = ?"};
const Query kInsertScriptTiming = insertQuery<AgentScriptTimingRecord>("workspace_agent_script_timings");
const Query kScriptTimings = selectQuery<AgentScriptTimingRecord>(
    "list script timings", "workspace_agent_script_timings t",
    "JOIN workspace_agents a ON a.id = t.agent_id JOIN workspace_resources r ON r.id = a.resource_id "
    "WHERE r.job_id = ? ORDER BY t.started_at");

const Query kPutLogSource{.name = "put agent log source",
                          .text =
                              "INSERT INTO workspace_agent_log_sources (id, agent_id, created_at, display_name, icon) "
                              "VALUES (?, ?, ?, ?, ?) ON CONFLICT (agent_id, id) DO NOTHING"};
const Query kLogSources = selectQuery<AgentLogSourceRecord>("list agent log sources", "workspace_agent_log_sources",
                                                            "WHERE agent_id = ? ORDER BY created_at, display_name");

const Query kInsertLog{.name = "insert agent log",
                       .text =
                           "INSERT INTO workspace_agent_logs (agent_id, created_at, output, level, log_source_id) "
                           "VALUES (?, ?, ?, ?, ?) RETURNING id"};
const Query kSetLogLength{.name = "set agent log length",
                          .text = "UPDATE workspace_agents SET logs_length = ?, logs_overflowed = ? WHERE id = ?"};
const Query kLogs =
    selectQuery<AgentLogRecord>("list agent logs", "workspace_agent_logs", "WHERE agent_id = ? AND id > ? ORDER BY id");

const Query kInsertMetadata = insertQuery<AgentMetadataRecord>("workspace_agent_metadata");
const Query kSetMetadata{.name = "set agent metadata",
                         .text =
                             "UPDATE workspace_agent_metadata SET value = ?, error = ?, collected_at = ? "
                             "WHERE agent_id = ? AND key = ?"};
const Query kMetadata = selectQuery<AgentMetadataRecord>("list agent metadata", "workspace_agent_metadata",
                                                         "WHERE agent_id = ? ORDER BY display_order, key");

const Query kInsertDevcontainer = insertQuery<AgentDevcontainerRecord>("workspace_agent_devcontainers");
const Query kDevcontainers = selectQuery<AgentDevcontainerRecord>("list devcontainers", "workspace_agent_devcontainers",
                                                                  "WHERE agent_id = ? ORDER BY name");

const Query kPutStats = upsertQuery<AgentStatsRecord>("workspace_agent_stats", {"agent_id"});
const Query kStats = selectQuery<AgentStatsRecord>("agent stats", "workspace_agent_stats", "WHERE agent_id = ?");

const Query kPutConnection = upsertQuery<AgentConnectionRecord>("workspace_agent_connections", {"id"});
const Query kConnection = selectQuery<AgentConnectionRecord>("agent connection", "workspace_agent_connections",
                                                             "WHERE agent_id = ? AND id = ?");
const Query kConnections = selectQuery<AgentConnectionRecord>("list agent connections", "workspace_agent_connections",
                                                              "WHERE agent_id = ? ORDER BY connected_at DESC");

}  // namespace

Result<void> insertAgentScript(Transaction& tx, const AgentScriptRecord& script) {
  return insertRow(tx, kInsertScript, script);
}
Result<std::vector<AgentScriptRecord>> listAgentScripts(Transaction& tx, AgentId agent) {
  return listRows<AgentScriptRecord>(tx, kScripts, agent);
}
Result<void> insertAgentScriptTiming(Transaction& tx, const AgentScriptTimingRecord& timing) {
  TRY(writeOne(tx, kSetScriptResult, timing.exitCode, timing.status, timing.scriptId, timing.agentId));
  return insertRow(tx, kInsertScriptTiming, timing);
}
Result<std::vector<AgentScriptTimingRecord>> listAgentScriptTimings(Transaction& tx, JobId job) {
  return listRows<AgentScriptTimingRecord>(tx, kScriptTimings, job);
}

Result<void> putAgentLogSource(Transaction& tx, const AgentLogSourceRecord& source) {
  return insertRow(tx, kPutLogSource, source);
}
Result<std::vector<AgentLogSourceRecord>> listAgentLogSources(Transaction& tx, AgentId agent) {
  return listRows<AgentLogSourceRecord>(tx, kLogSources, agent);
}

Result<AgentLogAppend> insertAgentLogs(Transaction& tx, AgentId agent, std::vector<AgentLogRecord> lines) {
  TRY_ASSIGN(const auto record, getAgent(tx, agent));
  AgentLogAppend result{.stored = {}, .overflowed = record.logsOverflowed};
  if (result.overflowed || lines.empty()) return result;

  std::int64_t length = record.logsLength;
  for (const auto& line : lines) length += static_cast<std::int64_t>(line.output.size());
  result.overflowed = length > kMaxAgentLogBytes;
  TRY(writeOne(tx, kSetLogLength, result.overflowed ? record.logsLength : length, result.overflowed, agent));
  if (result.overflowed) return result;

  for (auto& line : lines) {
    line.agentId = agent;
    TRY_ASSIGN(const auto id, findValue<std::int64_t>(tx, kInsertLog, agent, line.createdAt, line.output, line.level,
                                                      line.logSourceId));
    line.id = id.value_or(0);
  }
  result.stored = std::move(lines);
  return result;
}
Result<std::vector<AgentLogRecord>> listAgentLogs(Transaction& tx, AgentId agent, std::int64_t afterId) {
  return listRows<AgentLogRecord>(tx, kLogs, agent, afterId);
}

Result<void> insertAgentMetadata(Transaction& tx, const AgentMetadataRecord& metadata) {
  return insertRow(tx, kInsertMetadata, metadata);
}
Result<void> setAgentMetadataValue(Transaction& tx, AgentId agent, std::string_view key, std::string_view value,
                                   std::string_view error, WallTime collectedAt) {
  return writeAny(tx, kSetMetadata, value, error, collectedAt, agent, key);
}
Result<std::vector<AgentMetadataRecord>> listAgentMetadata(Transaction& tx, AgentId agent) {
  return listRows<AgentMetadataRecord>(tx, kMetadata, agent);
}

Result<void> insertAgentDevcontainer(Transaction& tx, const AgentDevcontainerRecord& devcontainer) {
  return insertRow(tx, kInsertDevcontainer, devcontainer);
}
Result<std::vector<AgentDevcontainerRecord>> listAgentDevcontainers(Transaction& tx, AgentId agent) {
  return listRows<AgentDevcontainerRecord>(tx, kDevcontainers, agent);
}

Result<void> putAgentStats(Transaction& tx, const AgentStatsRecord& stats) { return insertRow(tx, kPutStats, stats); }
Result<std::optional<AgentStatsRecord>> findAgentStats(Transaction& tx, AgentId agent) {
  return findRow<AgentStatsRecord>(tx, kStats, agent);
}

Result<void> putAgentConnection(Transaction& tx, const AgentConnectionRecord& connection) {
  return insertRow(tx, kPutConnection, connection);
}
Result<std::optional<AgentConnectionRecord>> findAgentConnection(Transaction& tx, AgentId agent, const Uuid& id) {
  return findRow<AgentConnectionRecord>(tx, kConnection, agent, id);
}
Result<std::vector<AgentConnectionRecord>> listAgentConnections(Transaction& tx, AgentId agent) {
  return listRows<AgentConnectionRecord>(tx, kConnections, agent);
}

}  // namespace berth::store
