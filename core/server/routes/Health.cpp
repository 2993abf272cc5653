#include "core/server/routes/Health.h"

#include "core/server/Services.h"
#include "core/server/http/Json.h"
#include "core/server/http/Pages.h"

namespace berth::server::routes {

Task<Answer> healthz(Call&) { co_return textResponse(200, "OK"); }

Task<Answer> latencyCheck(Call&) {
  auto response = textResponse(200, "OK");
  for (const auto* name : {"Access-Control-Allow-Origin", "Access-Control-Allow-Headers",
                           "Access-Control-Allow-Methods", "Timing-Allow-Origin"})
    response.headers.set(name, "*");
  response.headers.set("Access-Control-Allow-Credentials", "false");
  co_return response;
}

Task<Answer> cliAuth(Call&) { co_return cliAuthPage(); }

Task<Answer> apiRoot(Call&) { co_return messageResponse(200, "👋"); }

Task<Answer> derp(Call& call) {
  if (!call.services.serveRelay) co_return apiFail(503, "This server has no relay.");
  if (!call.request().headers.find("Upgrade")) co_return textResponse(426, "DERP requires connection upgrade\n");
  co_await call.services.serveRelay(call.exchange);
  co_return Answered();
}

Task<Answer> derpLatencyCheck(Call&) { co_return textResponse(200, ""); }

}  // namespace berth::server::routes
