#include "core/server/routes/Absent.h"

#include "core/server/Services.h"
#include "core/server/http/Json.h"
#include "core/server/http/Sockets.h"

namespace berth::server::routes {

Task<Answer> emptyInbox(Call&) { co_return rawJsonResponse(200, R"({"notifications":[],"unread_count":0})"); }

Task<Answer> watchInbox(Call& call) {
  CO_TRY_ASSIGN(auto socket, co_await acceptSocket(call));
  const auto shutdown = call.services.events.subscribe({});
  co_await keepOpen(*socket, *shutdown);
  co_return Answered();
}

Task<Answer> markInboxRead(Call&) { co_return noContent(); }

Task<Answer> notificationSettings(Call&) { co_return rawJsonResponse(200, R"({"notifier_paused":false})"); }

Task<Answer> notificationTemplates(Call&) { co_return rawJsonResponse(200, "[]"); }

Task<Answer> notificationMethods(Call&) { co_return rawJsonResponse(200, R"({"available":[],"default":""})"); }

Task<Answer> externalAuths(Call&) { co_return rawJsonResponse(200, R"({"providers":[],"links":[]})"); }

Task<Answer> externalAuth(Call&) { co_return apiFail(ApiError::notFound()); }

Task<Answer> tasks(Call&) { co_return rawJsonResponse(200, R"({"tasks":[],"count":0})"); }

Task<Answer> agentContainers(Call&) {
  co_return apiFail(403, "Agent dev containers feature is disabled.", "This server does not look into containers.");
}

Task<Answer> agentExternalAuth(Call& call) {
  if (call.hasQuery("id") == call.hasQuery("match"))
    co_return apiFail(400, "'id' or 'match' must be provided, and not both.");
  co_return apiFail(404, "No matching external auth provider found in Coder.");
}

Task<Answer> agentReinit(Call&) {
  co_return apiFail(409, "Workspace is not a prebuilt workspace waiting to be claimed.",
                    "This endpoint is only for agents running in prebuilt workspaces.");
}

}  // namespace berth::server::routes
