// The one part of a build's view that is not stored: how far its agents are from the relays.
#pragma once

#include "core/api/Builds.h"
#include "core/server/Services.h"

namespace berth::server::routes {

// Fills `latency` of agents that are connected to the coordinator. On the server's loop.
void addLatency(const Services& services, api::WorkspaceBuild& build);
void addLatency(const Services& services, api::WorkspaceAgent& agent);

}  // namespace berth::server::routes
