// The HTTP part of a connection to a relay (reference/tailnet.md 5.1): "Upgrade: DERP" on /derp, or a WebSocket where
// something on the way does not let that pass.
#pragma once

#include "core/http/Client.h"

namespace berth::tunnel::derp {

enum class Transport { RawUpgrade, WebSocket };

// The connection up to, not including, the login. `relay` has the relay's URL as its origin. A 4xx answer to the raw
// upgrade gives Unsupported: use WebSocket for this region from then on, and publish the error's text in
// Node.derp_forced_websocket.
Task<Result<std::unique_ptr<Stream>>> dialRelay(http::Client& relay, Transport transport);

}  // namespace berth::tunnel::derp
