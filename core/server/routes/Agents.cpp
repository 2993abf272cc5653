#include "core/server/routes/Agents.h"

#include "core/server/DerpMap.h"
#include "core/server/Services.h"
#include "core/server/http/EventStream.h"
#include "core/server/http/Reply.h"
#include "core/server/http/Sockets.h"
#include "core/server/http/Transactions.h"
#include "core/server/routes/Latency.h"
#include "core/server/workspaces/Access.h"
#include "core/server/workspaces/Status.h"
#include "core/server/workspaces/View.h"
#include "core/store/Agents.h"
#include "core/store/Users.h"

namespace berth::server::routes {

namespace {

using store::Transaction;

constexpr std::chrono::seconds kLogRecheckAfter{60};
constexpr std::chrono::seconds kMetadataPace{1};

Task<ApiResult<AgentOfWorkspace>> agentOfPath(Call& call, Action action) {
  CO_TRY_ASSIGN(const auto id, call.idParam<AgentId>("workspaceagent"));
  co_return co_await inTransaction(call.services.store, [actor = call.user(), id, action](Transaction& tx) {
    return agentFor(tx, actor, id, action);
  });
}

}  // namespace

Task<Answer> getAgent(Call& call) {
  CO_TRY_ASSIGN(const auto id, call.idParam<AgentId>("workspaceagent"));
  CO_TRY_ASSIGN(auto view,
                co_await inTransaction(call.services.store,
                                       [actor = call.user(), id, now = call.services.clock.wallNow()](
                                           Transaction& tx) -> ApiResult<api::WorkspaceAgent> {
                                         TRY_ASSIGN(const auto found, agentFor(tx, actor, id, Action::Read));
                                         TRY_ASSIGN(const auto owner, store::findUser(tx, found.workspace.ownerId));
                                         return readAgent(
                                             tx, found.agent,
                                             {now, actor.userId, found.workspace.name, owner ? owner->username : ""});
                                       }));
  addLatency(call.services, view);
  co_return jsonResponse(200, view);
}

Task<Answer> agentConnectionInfo(Call& call) {
  CO_TRY(co_await agentOfPath(call, Action::Read));
  co_return co_await anyConnectionInfo(call);
}

Task<Answer> anyConnectionInfo(Call& call) {
  co_return jsonResponse(200, connectionInfo(call.services.deployment.relay()));
}

namespace {

std::string logsAsText(const std::vector<store::AgentLogRecord>& logs, const std::string& agent) {
  std::string text;
  for (const auto& log : logs)
    text +=
        std::format("{} [{}] [agent.{}] {}\n", formatRfc3339(log.createdAt), toString(log.level), agent, log.output);
  return text;
}

std::string logsAsJson(const std::vector<store::AgentLogRecord>& logs) {
  std::vector<api::WorkspaceAgentLog> views;
  for (const auto& log : logs) views.push_back(toApi(log));
  return api::toJson(views);
}

struct AgentLogPage {
  std::vector<store::AgentLogRecord> lines;
  bool isCurrent = true;  // the agent still belongs to its workspace's latest build
};

Task<Farewell> followLogs(store::Store& store, http::WebSocket& socket, Events::Subscription& changes, AgentId agent,
                          WorkspaceId workspace, std::int64_t after) {
  bool isFirst = true;
  while (true) {
    const auto page = co_await store.run([agent, workspace, after](Transaction& tx) -> Result<AgentLogPage> {
      AgentLogPage out;
      TRY_ASSIGN(out.lines, store::listAgentLogs(tx, agent, after));
      TRY_ASSIGN(const auto current, store::listCurrentAgents(tx, workspace));
      out.isCurrent = std::ranges::contains(current, agent, &store::AgentRecord::id);
      return out;
    });
    if (!page) co_return Farewell{http::CloseCode::InternalError, page.error().message()};
    if (!page->lines.empty()) after = page->lines.back().id;
    // The first frame comes even when there is nothing yet.
    if ((isFirst || !page->lines.empty()) && !co_await socket.writeText(logsAsJson(page->lines)))
      co_return Farewell{http::CloseCode::GoingAway, {}};
    isFirst = false;
    if (!page->isCurrent) co_return Farewell{};
    if (!co_await changes.wait(kLogRecheckAfter))
      co_return Farewell{http::CloseCode::GoingAway, "the server is shutting down"};
  }
}

}  // namespace

Task<Answer> agentLogs(Call& call) {
  CO_TRY_ASSIGN(const auto after, call.numberQuery("after", 0));
  const auto format = call.queryOr("format", "json");
  const bool isText = format == "text";
  const bool follows = call.hasQuery("follow");
  if ((!isText && format != "json") || (isText && follows))
    co_return apiFail(ApiError::invalidQuery("format", "Query param \"format\" must be json, or text without follow"));
  CO_TRY_ASSIGN(const auto found, co_await agentOfPath(call, Action::Read));
  if (!follows) {
    CO_TRY_ASSIGN(const auto logs, co_await call.services.store.run([id = found.agent.id, after](Transaction& tx) {
      return store::listAgentLogs(tx, id, after);
    }));
    co_return isText ? textResponse(200, logsAsText(logs, found.agent.name)) : rawJsonResponse(200, logsAsJson(logs));
  }
  const auto changes = call.services.events.subscribe(
      {subject(Topic::AgentLog, found.agent.id), subject(Topic::Workspace, found.workspace.id)});
  CO_TRY_ASSIGN(const auto socket, co_await acceptSocket(call));
  co_await serveOneWay(*socket, *changes,
                       followLogs(call.services.store, *socket, *changes, found.agent.id, found.workspace.id, after));
  co_return Answered();
}

namespace {

Task<ApiResult<std::string>> readMetadata(Services& services, AgentId agent) {
  const auto now = services.clock.wallNow();
  CO_TRY_ASSIGN(const auto items,
                co_await services.store.run([agent](Transaction& tx) { return store::listAgentMetadata(tx, agent); }));
  std::vector<api::WorkspaceAgentMetadata> views;
  for (const auto& item : items) views.push_back(toApi(item, now));
  co_return api::toJson(views);
}

EventSource metadataSource(Services& services, AgentId agent) {
  return [&services, agent](Events::Subscription&) { return readMetadata(services, agent); };
}

}  // namespace

Task<Answer> watchAgentMetadata(Call& call) {
  CO_TRY_ASSIGN(const auto found, co_await agentOfPath(call, Action::Read));
  co_return co_await serveSentEvents(call,
                                     call.services.events.subscribe({subject(Topic::AgentMetadata, found.agent.id)}),
                                     metadataSource(call.services, found.agent.id), kMetadataPace);
}

Task<Answer> watchAgentMetadataSocket(Call& call) {
  CO_TRY_ASSIGN(const auto found, co_await agentOfPath(call, Action::Read));
  co_return co_await serveEventSocket(call,
                                      call.services.events.subscribe({subject(Topic::AgentMetadata, found.agent.id)}),
                                      metadataSource(call.services, found.agent.id), kMetadataPace);
}

}  // namespace berth::server::routes
