#include "core/server/coordinator/Routes.h"

#include "core/server/Services.h"
#include "core/server/coordinator/Coordinator.h"
#include "core/server/coordinator/RpcVersion.h"
#include "core/server/http/Sockets.h"
#include "core/store/Agents.h"
#include "core/store/Store.h"
#include "core/store/Workspaces.h"

namespace berth::server {

namespace {

constexpr auto kNoAgent = "Agent doesn't exist with that id, or you do not have access to it.";

Object workspaceOf(const UserId& owner) { return {.kind = ObjectKind::Workspace, .owner = owner}; }

// Whose workspace an agent belongs to; nothing when it is gone.
Task<std::optional<UserId>> ownerOf(store::Store& store, AgentId agent) {
  const auto workspace =
      co_await store.run([agent](store::Transaction& tx) -> Result<std::optional<store::WorkspaceRecord>> {
        TRY_ASSIGN(const auto found, store::findAgent(tx, agent));
        if (!found || found->deleted) return std::nullopt;
        return store::findWorkspaceOfAgent(tx, agent);
      });
  if (!workspace || !*workspace || (*workspace)->deleted) co_return std::nullopt;
  co_return (*workspace)->ownerId;
}

ApiResult<PeerId> peerOf(Call& call) {
  auto peer = call.services.coordinator->peerFor(call.request().query("resume_token"));
  if (peer) return *peer;
  return apiFail(
      ApiError(401, "Invalid resume token", peer.error().message(), {{"resume_token", "Invalid resume token"}}));
}

// What both endpoints do before they differ: version, resume token, upgrade.
Task<Answer> serve(Call& call, std::string_view versionWithoutParameter, ClientSession session) {
  if (!call.services.coordinator) co_return apiFail(503, "The tailnet coordinator is not running.");
  if (auto version = parseRpcVersion(call.queryOr("version", std::string(versionWithoutParameter))); !version)
    co_return apiFail(std::move(version).error());
  auto peer = peerOf(call);
  if (!peer) co_return apiFail(std::move(peer).error());
  session.peer = *peer;
  auto socket = co_await acceptSocket(call);
  if (!socket) co_return apiFail(std::move(socket).error());
  co_await call.services.coordinator->serveClient(*std::move(socket), std::move(session));
  co_return Answered{};
}

}  // namespace

Task<Answer> coordinateAgent(Call& call) {
  const auto agent = call.idParam<AgentId>("workspaceagent");
  if (!agent) co_return apiFail(agent.error());
  const auto owner = co_await ownerOf(call.services.store, *agent);
  if (!owner || !isAllowed(call.user(), Action::Ssh, workspaceOf(*owner))) co_return apiFail(404, kNoAgent);
  co_return co_await serve(call, "1.0", {.peer = {}, .user = call.user().userId, .agent = *agent, .maySsh = {}});
}

Task<Answer> coordinateUser(Call& call) {
  auto maySsh = [&store = call.services.store, actor = call.user()](AgentId agent) -> Task<bool> {
    return [](store::Store& theStore, Actor asking, AgentId wanted) -> Task<bool> {
      const auto owner = co_await ownerOf(theStore, wanted);
      co_return owner&& isAllowed(asking, Action::Ssh, workspaceOf(*owner));
    }(store, actor, agent);
  };
  co_return co_await serve(call, "2.0",
                           {.peer = {}, .user = call.user().userId, .agent = {}, .maySsh = std::move(maySsh)});
}

}  // namespace berth::server
