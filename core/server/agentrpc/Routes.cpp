#include "core/server/agentrpc/Routes.h"

#include "core/server/agentrpc/AgentRpc.h"
#include "core/server/http/Sockets.h"

namespace berth::server {

Task<Answer> agentRpc(Call& call) {
  auto* const sessions = call.services.agentRpc;
  if (!sessions) co_return apiFail(503, "Agents can't connect to this server now.");
  const auto version = parseRpcVersion(call.queryOr("version", "2.0"));
  if (!version) co_return apiFail(version.error());
  const auto role = call.queryOr("role", "");
  auto socket = co_await acceptSocket(call);
  if (!socket) co_return apiFail(std::move(socket).error());
  co_await sessions->serve(*std::move(socket), *call.agent,
                           {.version = *version, .isAgentItself = role.empty() || role == "agent"});
  co_return Answered{};
}

}  // namespace berth::server
