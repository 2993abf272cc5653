// What an agent reports about itself: startup, lifecycle, statistics, connections, script results (reference/tailnet.md
// 7.4, 7.5, 7.7, 7.8).
#include <format>
#include <regex>
#include <set>

#include "core/rpc/Proto.h"
#include "core/server/agentrpc/AgentService.h"
#include "core/store/Agents.h"
#include "core/store/Workspaces.h"

namespace berth::server {

using namespace rpc::agentpb;

namespace {

constexpr std::chrono::seconds kStatsInterval{30};
constexpr int kMonitoringDatapoints = 20;
constexpr int kMonitoringIntervalSeconds = 10;

std::unexpected<Error> refused(std::string text) { return fail(ErrorCode::InvalidInput, std::move(text)); }

WallTime timeOr(bool isThere, const wire::Timestamp& time, WallTime fallback) {
  return isThere ? rpc::fromTimestamp(time) : fallback;
}

// --- startup --------------------------------------------------------------------------------------------------------

// A leading v and three numbers, with the pre-release and build parts of semver.org 2.0.0.
bool isSemanticVersion(const std::string& text) {
  static const std::regex kPattern(R"(v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?)");
  constexpr std::size_t kMaxLength = 256;
  return text.size() <= kMaxLength && std::regex_match(text, kPattern);
}

Result<std::vector<std::string>> subsystemsOf(const Startup& startup) {
  std::set<std::string> names;
  for (const int subsystem : startup.subsystems()) {
    switch (subsystem) {
      case Startup::ENVBOX: names.insert("envbox"); break;
      case Startup::ENVBUILDER: names.insert("envbuilder"); break;
      case Startup::EXECTRACE: names.insert("exectrace"); break;
      default: return refused(std::format("invalid agent subsystem {}", subsystem));
    }
  }
  return std::vector<std::string>(names.begin(), names.end());
}

Task<Result<Startup>> updateStartup(const AgentContext& context, UpdateStartupRequest request) {
  if (!request.has_startup()) co_return refused("startup is required");
  const Startup& startup = request.startup();
  if (!isSemanticVersion(startup.version()))
    co_return refused(std::format("invalid agent semver version \"{}\"", startup.version()));
  CO_TRY_ASSIGN(auto subsystems, subsystemsOf(startup));
  CO_TRY(co_await context.services.store.run([agent = context.agent.agentId, apiVersion = context.version.toString(),
                                              version = startup.version(), directory = startup.expanded_directory(),
                                              subsystems = std::move(subsystems)](store::Transaction& tx) {
    return store::setAgentStartup(tx, agent, version, apiVersion, directory, subsystems);
  }));
  context.publishChange();
  co_return startup;
}

// --- lifecycle ------------------------------------------------------------------------------------------------------

Result<AgentLifecycle> lifecycleOf(int state) {
  switch (state) {
    case Lifecycle::CREATED: return AgentLifecycle::Created;
    case Lifecycle::STARTING: return AgentLifecycle::Starting;
    case Lifecycle::START_TIMEOUT: return AgentLifecycle::StartTimeout;
    case Lifecycle::START_ERROR: return AgentLifecycle::StartError;
    case Lifecycle::READY: return AgentLifecycle::Ready;
    case Lifecycle::SHUTTING_DOWN: return AgentLifecycle::ShuttingDown;
    case Lifecycle::SHUTDOWN_TIMEOUT: return AgentLifecycle::ShutdownTimeout;
    case Lifecycle::SHUTDOWN_ERROR: return AgentLifecycle::ShutdownError;
    case Lifecycle::OFF: return AgentLifecycle::Off;
    default: return refused(std::format("unknown lifecycle state \"{}\"", state));
  }
}

Result<void> storeLifecycle(store::Transaction& tx, AgentId id, AgentLifecycle lifecycle, WallTime changedAt) {
  TRY_ASSIGN(const auto agent, store::getAgent(tx, id));
  auto startedAt = agent.startedAt;
  auto readyAt = agent.readyAt;
  switch (lifecycle) {
    case AgentLifecycle::Starting:
      startedAt = changedAt;
      readyAt.reset();
      break;
    case AgentLifecycle::Ready:
    case AgentLifecycle::StartTimeout:
    case AgentLifecycle::StartError:
      if (!startedAt) startedAt = changedAt;
      readyAt = changedAt;
      break;
    case AgentLifecycle::Created:
    case AgentLifecycle::ShuttingDown:
    case AgentLifecycle::ShutdownTimeout:
    case AgentLifecycle::ShutdownError:
    case AgentLifecycle::Off:
    case AgentLifecycle::Unknown: break;
  }
  return store::setAgentLifecycle(tx, id, lifecycle, startedAt, readyAt);
}

Task<Result<Lifecycle>> updateLifecycle(const AgentContext& context, UpdateLifecycleRequest request) {
  if (!request.has_lifecycle()) co_return refused("lifecycle is required");
  CO_TRY_ASSIGN(const auto lifecycle, lifecycleOf(request.lifecycle().state()));
  const auto changedAt = timeOr(request.lifecycle().has_changed_at(), request.lifecycle().changed_at(), context.now());
  CO_TRY(co_await context.services.store.run(
      [agent = context.agent.agentId, lifecycle, changedAt](store::Transaction& tx) {
        return storeLifecycle(tx, agent, lifecycle, changedAt);
      }));
  context.publishChange();
  co_return std::move(*request.mutable_lifecycle());
}

// --- statistics -----------------------------------------------------------------------------------------------------

store::AgentStatsRecord toRecord(const AgentContext& context, const Stats& stats) {
  store::AgentStatsRecord record{.agentId = context.agent.agentId, .reportedAt = context.now()};
  record.connectionsByProto.insert(stats.connections_by_proto().begin(), stats.connections_by_proto().end());
  record.connectionCount = stats.connection_count();
  record.connectionMedianLatencyMs = stats.connection_median_latency_ms();
  record.rxPackets = stats.rx_packets();
  record.rxBytes = stats.rx_bytes();
  record.txPackets = stats.tx_packets();
  record.txBytes = stats.tx_bytes();
  record.sessionCountVscode = stats.session_count_vscode();
  record.sessionCountJetbrains = stats.session_count_jetbrains();
  record.sessionCountReconnectingPty = stats.session_count_reconnecting_pty();
  record.sessionCountSsh = stats.session_count_ssh();
  return record;
}

Task<Result<UpdateStatsResponse>> updateStats(const AgentContext& context, UpdateStatsRequest request) {
  UpdateStatsResponse response;
  *response.mutable_report_interval() = rpc::toDuration(kStatsInterval);
  if (!request.has_stats()) co_return response;
  CO_TRY(co_await context.services.store.run(
      [record = toRecord(context, request.stats()), workspace = context.agent.workspaceId](store::Transaction& tx) {
        if (record.connectionCount > 0)
          if (auto used = store::setWorkspaceLastUsed(tx, workspace, record.reportedAt); !used) return used;
        return store::putAgentStats(tx, record);
      }));
  co_return response;
}

Task<Result<GetResourcesMonitoringConfigurationResponse>> monitoringConfiguration() {
  GetResourcesMonitoringConfigurationResponse response;
  response.mutable_config()->set_num_datapoints(kMonitoringDatapoints);
  response.mutable_config()->set_collection_interval_seconds(kMonitoringIntervalSeconds);
  co_return response;
}

// --- connections ----------------------------------------------------------------------------------------------------

Result<std::string> typeOf(const Connection& connection) {
  switch (static_cast<int>(connection.type())) {
    case Connection::SSH: return "ssh";
    case Connection::VSCODE: return "vscode";
    case Connection::JETBRAINS: return "jetbrains";
    case Connection::RECONNECTING_PTY: return "reconnecting_pty";
    default: return refused(std::format("unknown connection type {}", static_cast<int>(connection.type())));
  }
}

Result<void> storeConnection(store::Transaction& tx, store::AgentConnectionRecord record, bool isConnect, WallTime at) {
  record.connectedAt = at;
  if (isConnect) return store::putAgentConnection(tx, record);
  TRY_ASSIGN(const auto begun, store::findAgentConnection(tx, record.agentId, record.id));
  if (begun) record.connectedAt = begun->connectedAt;
  record.disconnectedAt = at;
  return store::putAgentConnection(tx, record);
}

Task<Result<wire::Empty>> reportConnection(const AgentContext& context, ReportConnectionRequest request) {
  const Connection& connection = request.connection();
  const auto id = rpc::uuidFromWire(connection.id());
  if (!id || id->isNil()) co_return refused("connection id must be a UUID that is not nil");
  CO_TRY_ASSIGN(auto type, typeOf(connection));
  const bool isConnect = connection.action() == Connection::CONNECT;
  if (!isConnect && connection.action() != Connection::DISCONNECT)
    co_return refused(std::format("unknown connection action {}", static_cast<int>(connection.action())));
  store::AgentConnectionRecord record{.id = *id,
                                      .agentId = context.agent.agentId,
                                      .type = std::move(type),
                                      .ip = connection.ip(),
                                      .reason = connection.reason()};
  if (!isConnect) record.exitCode = connection.status_code();
  const auto at = timeOr(connection.has_timestamp(), connection.timestamp(), context.now());
  CO_TRY(co_await context.services.store.run([record = std::move(record), isConnect, at](store::Transaction& tx) {
    return storeConnection(tx, record, isConnect, at);
  }));
  co_return wire::Empty();
}

// --- script results -------------------------------------------------------------------------------------------------

std::string_view stageOf(const Timing& timing) {
  switch (static_cast<int>(timing.stage())) {
    case Timing::STOP: return "stop";
    case Timing::CRON: return "cron";
    default: return "start";
  }
}

ScriptStatus statusOf(const Timing& timing) {
  switch (static_cast<int>(timing.status())) {
    case Timing::FAILED_EXIT: return ScriptStatus::ExitFailure;
    case Timing::TIMED_OUT: return ScriptStatus::TimedOut;
    case Timing::PIPES_LEFT_OPEN: return ScriptStatus::PipesLeftOpen;
    default: return ScriptStatus::Ok;
  }
}

Task<Result<WorkspaceAgentScriptCompletedResponse>> scriptCompleted(const AgentContext& context,
                                                                    WorkspaceAgentScriptCompletedRequest request) {
  if (!request.has_timing()) co_return refused("script timing is required");
  const Timing& timing = request.timing();
  const auto script = rpc::uuidFromWire(timing.script_id());
  if (!script) co_return refused("script id must be a UUID");
  if (!timing.has_start() || !timing.has_end()) co_return refused("script timing needs its start and end");
  CO_TRY(co_await context.services.store.run(
      [record = store::AgentScriptTimingRecord{.scriptId = {*script},
                                               .agentId = context.agent.agentId,
                                               .startedAt = rpc::fromTimestamp(timing.start()),
                                               .endedAt = rpc::fromTimestamp(timing.end()),
                                               .exitCode = timing.exit_code(),
                                               .stage = std::string(stageOf(timing)),
                                               .status = statusOf(timing)}](store::Transaction& tx) {
        return store::insertAgentScriptTiming(tx, record);
      }));
  context.publishChange();
  co_return WorkspaceAgentScriptCompletedResponse();
}

}  // namespace

void addStateReports(rpc::DrpcServer& server, const AgentContext& context) {
  server.addUnary<UpdateStartupRequest, Startup>(
      "/coder.agent.v2.Agent/UpdateStartup",
      [&context](UpdateStartupRequest request) { return updateStartup(context, std::move(request)); });
  server.addUnary<UpdateLifecycleRequest, Lifecycle>(
      "/coder.agent.v2.Agent/UpdateLifecycle",
      [&context](UpdateLifecycleRequest request) { return updateLifecycle(context, std::move(request)); });
  server.addUnary<UpdateStatsRequest, UpdateStatsResponse>(
      "/coder.agent.v2.Agent/UpdateStats",
      [&context](UpdateStatsRequest request) { return updateStats(context, std::move(request)); });
  server.addUnary<ReportConnectionRequest, wire::Empty>(
      "/coder.agent.v2.Agent/ReportConnection",
      [&context](ReportConnectionRequest request) { return reportConnection(context, std::move(request)); });
  server.addUnary<WorkspaceAgentScriptCompletedRequest, WorkspaceAgentScriptCompletedResponse>(
      "/coder.agent.v2.Agent/ScriptCompleted", [&context](WorkspaceAgentScriptCompletedRequest request) {
        return scriptCompleted(context, std::move(request));
      });
  server.addUnary<GetResourcesMonitoringConfigurationRequest, GetResourcesMonitoringConfigurationResponse>(
      "/coder.agent.v2.Agent/GetResourcesMonitoringConfiguration",
      [](GetResourcesMonitoringConfigurationRequest) { return monitoringConfiguration(); });
  // No monitor is ever enabled here, so nothing is asked for; an agent that pushes all the same is thanked.
  server.addUnary<PushResourcesMonitoringUsageRequest, PushResourcesMonitoringUsageResponse>(
      "/coder.agent.v2.Agent/PushResourcesMonitoringUsage",
      [](PushResourcesMonitoringUsageRequest) -> Task<Result<PushResourcesMonitoringUsageResponse>> {
        co_return PushResourcesMonitoringUsageResponse();
      });
}

}  // namespace berth::server
