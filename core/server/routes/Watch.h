// A workspace as it changes: server-sent events and WebSocket (reference/rest-api.md 1.9, 4.5).
#pragma once

#include "core/server/http/Router.h"

namespace berth::server::routes {

Task<Answer> watchWorkspace(Call& call);
Task<Answer> watchWorkspaceSocket(Call& call);

}  // namespace berth::server::routes
