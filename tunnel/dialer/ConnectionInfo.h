// What a client takes from the server's answer about the way to agents (reference/tailnet.md 4.2).
#pragma once

#include "core/client/Session.h"
#include "tunnel/wire/DerpMap.h"

namespace berth::tunnel::dialer {

wire::DerpMap toWire(const api::DerpMap& from);

// How relays of this deployment are reached: with the user's headers and certificates.
http::ClientOptions relayOptions(const client::Session& session);

}  // namespace berth::tunnel::dialer
