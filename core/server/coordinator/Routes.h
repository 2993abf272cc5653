// Handlers of the tailnet WebSockets, for the route table. Both want Auth::User.
#pragma once

#include "core/server/http/Router.h"

namespace berth::server {

// GET /api/v2/workspaceagents/{workspaceagent}/coordinate
Task<Answer> coordinateAgent(Call& call);

// GET /api/v2/tailnet
Task<Answer> coordinateUser(Call& call);

}  // namespace berth::server
