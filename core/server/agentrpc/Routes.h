// Handler of the agents' WebSocket, for the route table. Wants Auth::Agent.
#pragma once

#include "core/server/http/Router.h"

namespace berth::server {

// GET /api/v2/workspaceagents/me/rpc
Task<Answer> agentRpc(Call& call);

}  // namespace berth::server
