// What an agent reports from its workspace: logs, metadata, health and status of apps (reference/tailnet.md 7.2, 7.6).
#include <format>
#include <unordered_map>

#include "core/rpc/Proto.h"
#include "core/server/agentrpc/AgentService.h"
#include "core/store/Agents.h"
#include "core/store/Apps.h"

namespace berth::server {

using namespace rpc::agentpb;

namespace {

constexpr std::size_t kMaxMetadataText = 2048;  // of a value, and of an error
constexpr std::size_t kMaxMetadataKeys = 6144;  // of all keys of one call together
constexpr std::size_t kMaxStatusMessage = 160;
constexpr std::string_view kWhiteSpace = " \t\n\v\f\r";
constexpr std::string_view kReplacement = "\u274c";  // for a NUL in a log line

std::unexpected<Error> refused(std::string text) { return fail(ErrorCode::InvalidInput, std::move(text)); }

// --- logs -----------------------------------------------------------------------------------------------------------

LogLevel levelOf(const Log& line) {
  switch (static_cast<int>(line.level())) {
    case Log::TRACE: return LogLevel::Trace;
    case Log::DEBUG: return LogLevel::Debug;
    case Log::WARN: return LogLevel::Warn;
    case Log::ERROR: return LogLevel::Error;
    default: return LogLevel::Info;
  }
}

std::string withoutNul(const std::string& text) {
  if (text.find('\0') == std::string::npos) return text;
  std::string clean;
  for (const char c : text) c == '\0' ? clean.append(kReplacement) : clean.append(1, c);
  return clean;
}

// An agent that knows no source of its own (nil) writes to one called External.
Result<bool> storeLogs(store::Transaction& tx, AgentId agent, LogSourceId source,
                       std::vector<store::AgentLogRecord> lines, WallTime now) {
  if (source.isNil())
    TRY(store::putAgentLogSource(
        tx,
        {.id = source, .agentId = agent, .createdAt = now, .displayName = "External", .icon = "/emojis/1f310.png"}));
  TRY_ASSIGN(const auto appended, store::insertAgentLogs(tx, agent, std::move(lines)));
  return appended.overflowed;
}

Task<Result<BatchCreateLogsResponse>> batchCreateLogs(const AgentContext& context, BatchCreateLogsRequest request) {
  const auto source = rpc::uuidFromWire(request.log_source_id());
  if (!source) co_return refused("log source id must be a UUID");
  const auto now = context.now();
  std::vector<store::AgentLogRecord> lines;
  for (const auto& line : request.logs())
    lines.push_back({.agentId = context.agent.agentId,
                     .createdAt = now,
                     .output = withoutNul(line.output()),
                     .level = levelOf(line),
                     .logSourceId = {*source}});
  CO_TRY_ASSIGN(const bool overflowed,
                co_await context.services.store.run(
                    [agent = context.agent.agentId, source = LogSourceId{*source}, lines = std::move(lines),
                     now](store::Transaction& tx) { return storeLogs(tx, agent, source, lines, now); }));
  context.services.events.publish(Topic::AgentLog, context.agent.agentId);
  BatchCreateLogsResponse response;
  response.set_log_limit_exceeded(overflowed);
  co_return response;
}

// --- metadata -------------------------------------------------------------------------------------------------------

struct MetadataValue {
  std::string key, value, error;
};

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(kWhiteSpace);
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(kWhiteSpace) - first + 1);
}

// At most `limit` bytes, without cutting a UTF-8 sequence in two.
std::string cut(std::string text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0) == 0x80) --limit;
  text.resize(limit);
  return text;
}

MetadataValue limited(const Metadata& item) {
  MetadataValue out{
      .key = item.key(), .value = trimmed(item.result().value()), .error = trimmed(item.result().error())};
  if (out.error.size() > kMaxMetadataText)
    out.error = std::format("error of {} bytes exceeded {} bytes", out.error.size(), kMaxMetadataText);
  if (out.value.size() > kMaxMetadataText) {
    out.error = std::format("value of {} bytes exceeded {} bytes", out.value.size(), kMaxMetadataText);
    out.value = cut(std::move(out.value), kMaxMetadataText);
  }
  return out;
}

Result<void> storeMetadata(store::Transaction& tx, AgentId agent, const std::vector<MetadataValue>& values,
                           WallTime now) {
  for (const auto& item : values) TRY(store::setAgentMetadataValue(tx, agent, item.key, item.value, item.error, now));
  return {};
}

// What fits is stored even when the call fails for the keys that don't.
Task<Result<BatchUpdateMetadataResponse>> batchUpdateMetadata(const AgentContext& context,
                                                              BatchUpdateMetadataRequest request) {
  std::vector<MetadataValue> values;
  std::size_t keyBytes = 0;
  for (const auto& item : request.metadata()) {
    if (!item.has_result()) co_return refused(std::format("metadata \"{}\" has no result", item.key()));
    keyBytes += item.key().size();
    if (keyBytes <= kMaxMetadataKeys) values.push_back(limited(item));
  }
  CO_TRY(co_await context.services.store.run(
      [agent = context.agent.agentId, values = std::move(values), now = context.now()](store::Transaction& tx) {
        return storeMetadata(tx, agent, values, now);
      }));
  context.services.events.publish(Topic::AgentMetadata, context.agent.agentId);
  if (keyBytes > kMaxMetadataKeys)
    co_return refused(std::format("metadata keys of {} bytes exceeded {} bytes", keyBytes, kMaxMetadataKeys));
  co_return BatchUpdateMetadataResponse();
}

// --- apps -----------------------------------------------------------------------------------------------------------

Result<berth::AppHealth> healthOf(int health) {
  switch (health) {
    case DISABLED: return berth::AppHealth::Disabled;
    case INITIALIZING: return berth::AppHealth::Initializing;
    case HEALTHY: return berth::AppHealth::Healthy;
    case UNHEALTHY: return berth::AppHealth::Unhealthy;
    default: return refused(std::format("unknown workspace app health {}", health));
  }
}

using AppHealths = std::vector<std::pair<AppId, berth::AppHealth>>;

Result<AppHealths> healthsOf(const BatchUpdateAppHealthRequest& request) {
  AppHealths healths;
  for (const auto& update : request.updates()) {
    const auto id = rpc::uuidFromWire(update.id());
    if (!id) return refused("workspace app id must be a UUID");
    TRY_ASSIGN(const auto health, healthOf(update.health()));
    healths.emplace_back(AppId{*id}, health);
  }
  return healths;
}

Result<void> storeHealths(store::Transaction& tx, AgentId agent, const AppHealths& healths) {
  TRY_ASSIGN(const auto apps, store::listApps(tx, agent));
  for (const auto& [id, health] : healths) {
    const auto app = std::ranges::find(apps, id, &store::AppRecord::id);
    if (app == apps.end()) return refused(std::format("workspace app ID \"{}\" not found", id.toString()));
    if (app->healthcheckUrl.empty()) return refused(std::format("workspace app \"{}\" has no health check", app->slug));
    TRY(store::setAppHealth(tx, id, health));
  }
  return {};
}

Task<Result<BatchUpdateAppHealthResponse>> batchUpdateAppHealths(const AgentContext& context,
                                                                 BatchUpdateAppHealthRequest request) {
  CO_TRY_ASSIGN(auto healths, healthsOf(request));
  CO_TRY(co_await context.services.store.run([agent = context.agent.agentId, healths = std::move(healths)](
                                                 store::Transaction& tx) { return storeHealths(tx, agent, healths); }));
  context.publishChange();
  co_return BatchUpdateAppHealthResponse();
}

Result<std::string> stateOf(int state) {
  switch (state) {
    case UpdateAppStatusRequest::WORKING: return "working";
    case UpdateAppStatusRequest::IDLE: return "idle";
    case UpdateAppStatusRequest::COMPLETE: return "complete";
    case UpdateAppStatusRequest::FAILURE: return "failure";
    default: return refused(std::format("unknown app status state {}", state));
  }
}

Result<void> storeStatus(store::Transaction& tx, const std::string& slug, store::AppStatusRecord status) {
  TRY_ASSIGN(const auto app, store::findAppBySlug(tx, status.agentId, slug));
  if (!app) return refused(std::format("no app with the slug \"{}\" on this agent", slug));
  status.appId = app->id;
  return store::insertAppStatus(tx, status);
}

Task<Result<UpdateAppStatusResponse>> updateAppStatus(const AgentContext& context, UpdateAppStatusRequest request) {
  if (request.message().size() > kMaxStatusMessage)
    co_return refused(std::format("the status message has {} bytes, at most {} are allowed", request.message().size(),
                                  kMaxStatusMessage));
  CO_TRY_ASSIGN(auto state, stateOf(request.state()));
  CO_TRY(co_await context.services.store.run(
      [slug = request.slug(), status = store::AppStatusRecord{.id = Uuid::random(),
                                                              .createdAt = context.now(),
                                                              .workspaceId = context.agent.workspaceId,
                                                              .agentId = context.agent.agentId,
                                                              .state = std::move(state),
                                                              .message = request.message(),
                                                              .uri = request.uri()}](store::Transaction& tx) {
        return storeStatus(tx, slug, status);
      }));
  context.publishChange();
  co_return UpdateAppStatusResponse();
}

// --- sub agents -----------------------------------------------------------------------------------------------------

// Agents ask for these at start-up to clean up after a crash; tokens must be in it (7.9).
Task<Result<ListSubAgentsResponse>> listSubAgents(const AgentContext& context) {
  CO_TRY_ASSIGN(const auto agents,
                co_await context.services.store.run([agent = context.agent.agentId](store::Transaction& tx) {
                  return store::listSubAgents(tx, agent);
                }));
  ListSubAgentsResponse response;
  for (const auto& agent : agents) {
    auto& out = *response.add_agents();
    out.set_name(agent.name);
    out.set_id(rpc::toWire(agent.id.value));
    out.set_auth_token(rpc::toWire(agent.authToken));
  }
  co_return response;
}

}  // namespace

void addContentReports(rpc::DrpcServer& server, const AgentContext& context) {
  server.addUnary<BatchCreateLogsRequest, BatchCreateLogsResponse>(
      "/coder.agent.v2.Agent/BatchCreateLogs",
      [&context](BatchCreateLogsRequest request) { return batchCreateLogs(context, std::move(request)); });
  server.addUnary<BatchUpdateMetadataRequest, BatchUpdateMetadataResponse>(
      "/coder.agent.v2.Agent/BatchUpdateMetadata",
      [&context](BatchUpdateMetadataRequest request) { return batchUpdateMetadata(context, std::move(request)); });
  server.addUnary<BatchUpdateAppHealthRequest, BatchUpdateAppHealthResponse>(
      "/coder.agent.v2.Agent/BatchUpdateAppHealths",
      [&context](BatchUpdateAppHealthRequest request) { return batchUpdateAppHealths(context, std::move(request)); });
  server.addUnary<UpdateAppStatusRequest, UpdateAppStatusResponse>(
      "/coder.agent.v2.Agent/UpdateAppStatus",
      [&context](UpdateAppStatusRequest request) { return updateAppStatus(context, std::move(request)); });
  server.addUnary<ListSubAgentsRequest, ListSubAgentsResponse>(
      "/coder.agent.v2.Agent/ListSubAgents", [&context](ListSubAgentsRequest) { return listSubAgents(context); });
}

}  // namespace berth::server
