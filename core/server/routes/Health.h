// Signs of life, the relay's door, and the page that shows a key.
#pragma once

#include "core/server/http/Router.h"

namespace berth::server::routes {

Task<Answer> healthz(Call& call);
Task<Answer> latencyCheck(Call& call);
Task<Answer> cliAuth(Call& call);
Task<Answer> apiRoot(Call& call);
Task<Answer> derp(Call& call);
Task<Answer> derpLatencyCheck(Call& call);

}  // namespace berth::server::routes
