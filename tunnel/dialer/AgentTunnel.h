// A workspace agent's end of the tunnel: what core/agent wants as agent::Network. Keys and peers live as long as this
// does, so tunnels and the sessions in them survive a server that is away.
#pragma once

#include "core/agent/Network.h"
#include "core/base/Clock.h"
#include "core/base/Random.h"

namespace berth::tunnel::dialer {

// `clock` and `rng` outlive the network. InvalidInput for a DERP map that cannot be read.
Result<std::unique_ptr<agent::Network>> makeAgentTunnel(agent::NetworkConfig config, const Clock& clock, Rng& rng);

}  // namespace berth::tunnel::dialer
