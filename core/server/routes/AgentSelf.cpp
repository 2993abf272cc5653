#include "core/server/routes/AgentSelf.h"

#include "core/api/Agents.h"
#include "core/server/Services.h"
#include "core/server/http/Reply.h"
#include "core/server/http/Transactions.h"
#include "core/store/Agents.h"
#include "core/store/Users.h"

namespace berth::server::routes {

namespace {

using store::Transaction;

// Lines that name no source come from outside of the template's scripts; each agent has one such source.
LogSourceId externalSource(AgentId agent) { return {agent.value}; }

// Whether the log is full; then these lines were not kept.
ApiResult<bool> storeLogs(Transaction& tx, AgentId agent, const api::PatchAgentLogsRequest& request, WallTime now) {
  const bool isExternal = request.log_source_id.isNil();
  const auto source = isExternal ? externalSource(agent) : request.log_source_id;
  if (isExternal) TRY(store::putAgentLogSource(tx, {source, agent, now, "External", "/emojis/1f310.png"}));
  std::vector<store::AgentLogRecord> lines;
  for (const auto& log : request.logs) {
    if (log.level == LogLevel::Unknown) return apiFail(400, "Invalid log level provided.");
    lines.push_back({0, agent, log.created_at, log.output, log.level, source});
  }
  TRY_ASSIGN(const auto appended, store::insertAgentLogs(tx, agent, std::move(lines)));
  return appended.overflowed;
}

}  // namespace

Task<Answer> patchAgentLogs(Call& call) {
  CO_TRY_ASSIGN(auto request, readJson<api::PatchAgentLogsRequest>(call));
  if (request.logs.empty()) co_return apiFail(400, "No logs provided.");
  const AgentId agent = call.agent->agentId;
  CO_TRY_ASSIGN(const bool isFull,
                co_await inTransaction(call.services.store,
                                       [agent, request = std::move(request), now = call.services.clock.wallNow()](
                                           Transaction& tx) { return storeLogs(tx, agent, request, now); }));
  call.services.events.publish(Topic::AgentLog, agent);
  if (isFull) co_return apiFail(413, "Logs limit exceeded");
  co_return rawJsonResponse(200, "null");
}

Task<Answer> postAgentLogSource(Call& call) {
  CO_TRY_ASSIGN(const auto request, readJson<api::PostLogSourceRequest>(call));
  const store::AgentLogSourceRecord source{request.id, call.agent->agentId, call.services.clock.wallNow(),
                                           request.display_name, request.icon};
  CO_TRY(co_await call.services.store.run([source](Transaction& tx) { return store::putAgentLogSource(tx, source); }));
  api::WorkspaceAgentLogSource view{source.agentId, source.id, source.createdAt, source.displayName, source.icon};
  co_return jsonResponse(201, view);
}

Task<Answer> agentGitSshKey(Call& call) {
  CO_TRY_ASSIGN(const auto key, co_await call.services.store.run([owner = call.agent->ownerId](Transaction& tx) {
    return store::findGitSshKey(tx, owner);
  }));
  if (!key) co_return apiFail(ApiError::notFound());
  co_return jsonResponse(200, api::AgentGitSshKey{key->publicKey, key->privateKey});
}

}  // namespace berth::server::routes
