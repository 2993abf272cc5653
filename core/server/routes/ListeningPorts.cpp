#include "core/server/routes/ListeningPorts.h"

#include <algorithm>
#include <set>

#include "core/http/Client.h"
#include "core/server/Services.h"
#include "core/server/http/Reply.h"
#include "core/server/http/Transactions.h"
#include "core/server/workspaces/Access.h"
#include "core/server/workspaces/Status.h"
#include "core/store/Apps.h"

namespace berth::server::routes {

namespace {

using store::Transaction;
using Ports = std::vector<api::WorkspaceAgentListeningPort>;

constexpr std::uint16_t kAgentHttpPort = 4;  // reference/tailnet.md 3.7
constexpr std::int64_t kFirstUserPort = 9;
constexpr std::chrono::seconds kPatience{10};
constexpr std::size_t kMaxAnswer = 1U << 20;

// reference/agent-and-ide.md 5.3
constexpr std::int64_t kWellKnown[] = {20,  21,  22,  23,  25,  53,   110,  143,  179,   389,   465,   587,
                                       636, 989, 990, 993, 995, 3306, 3389, 5432, 27017, 27018, 27019, 28017};

struct AgentWithApps {
  store::AgentRecord agent;
  std::vector<store::AppRecord> apps;
};

ApiResult<AgentWithApps> agentWithApps(Transaction& tx, const Actor& actor, AgentId id) {
  TRY_ASSIGN(auto found, agentFor(tx, actor, id, Action::Ssh));
  TRY_ASSIGN(auto apps, store::listApps(tx, id));
  return AgentWithApps{std::move(found.agent), std::move(apps)};
}

Task<Result<Ports>> askAgent(AgentDialer& dialer, AgentId agent) {
  CO_TRY_ASSIGN(auto stream, co_await dialer.dial(agent, kAgentHttpPort));
  CO_TRY_ASSIGN(const auto answer,
                co_await http::sendOver(std::move(stream), {.target = "/api/v0/listening-ports"},
                                        {.requestTimeout = kPatience, .maxResponseBody = kMaxAnswer}));
  if (answer.status != 200) co_return fail(ErrorCode::Unavailable, std::format("the agent answered {}", answer.status));
  CO_TRY_ASSIGN(auto list, api::fromJson<api::WorkspaceAgentListeningPortsResponse>(answer.body));
  co_return std::move(list.ports);
}

}  // namespace

Ports shownPorts(Ports ports, const std::vector<store::AppRecord>& apps) {
  std::set<std::int64_t> hidden(std::begin(kWellKnown), std::end(kWellKnown));
  for (const auto& app : apps) {
    const auto url = http::parseUrl(app.url);
    // A URL without a port may lead anywhere in the world.
    if (url && url->port != (url->isTls() ? 443 : 80)) hidden.insert(url->port);
  }
  std::erase_if(ports, [&](const auto& each) { return each.port < kFirstUserPort || hidden.contains(each.port); });
  return ports;
}

Task<Answer> listeningPorts(Call& call) {
  CO_TRY_ASSIGN(const auto id, call.idParam<AgentId>("workspaceagent"));
  CO_TRY_ASSIGN(const auto found,
                co_await inTransaction(call.services.store, [actor = call.user(), id](Transaction& tx) {
                  return agentWithApps(tx, actor, id);
                }));
  const auto& agent = found.agent;
  const auto state = agentConnectionOf({agent.createdAt, agent.firstConnectedAt, agent.lastConnectedAt,
                                        agent.disconnectedAt, std::chrono::seconds(agent.connectionTimeoutSeconds)},
                                       call.services.clock.wallNow());
  if (state.status != AgentStatus::Connected)
    co_return apiFail(
        400, std::format("Agent state is \"{}\", it must be in the \"connected\" state.", toString(state.status)));
  if (call.services.dialer == nullptr)
    co_return apiFail(503, "Failed to get listening ports.", "This server does not connect to agents itself.");
  auto ports = co_await askAgent(*call.services.dialer, id);
  if (!ports) co_return apiFail(500, "Internal error fetching listening ports.", ports.error().message());
  co_return jsonResponse(200, api::WorkspaceAgentListeningPortsResponse{shownPorts(std::move(*ports), found.apps)});
}

}  // namespace berth::server::routes
