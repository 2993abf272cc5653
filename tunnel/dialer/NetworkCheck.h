// What the network between here and a deployment allows: relays and their latencies, UDP, NAT
// (reference/tailnet.md 6.7).
#pragma once

#include "core/base/Clock.h"
#include "core/base/Random.h"
#include "core/client/Session.h"
#include "tunnel/node/Node.h"

namespace berth::tunnel::dialer {

struct NetworkReport {
  wire::DerpMap map;  // as reached from here
  SelfInfo self;
  bool isHomeConnected = false;
  bool allowsDirectPaths = true;  // the deployment's word
};

// Takes five seconds at most, and less when everything answers. `session`, `clock` and `rng` outlive the call.
Task<Result<NetworkReport>> checkNetwork(client::Session& session, const Clock& clock, Rng& rng);

}  // namespace berth::tunnel::dialer
