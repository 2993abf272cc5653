// From the wire's manifest to the agent's own (reference/tailnet.md 7.3).
#pragma once

#include "core/agent/Manifest.h"
#include "core/base/Error.h"
#include "core/rpc/Proto.h"

namespace berth::agent {

// ProtocolViolation names the field that is wrong, such as an id that has not 16 bytes or a nil agent id.
Result<Manifest> fromWire(const rpc::agentpb::Manifest& wire);

}  // namespace berth::agent
