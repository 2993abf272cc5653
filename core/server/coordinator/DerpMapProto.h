// The DERP map as it travels in Tailnet and Agent messages.
#pragma once

#include "core/rpc/Proto.h"
#include "core/server/DerpMap.h"

namespace berth::server {

// Of the embedded relay alone; home_params is always there (reference/tailnet.md 4.8).
rpc::tailnetpb::DERPMap derpMapProto(const RelayAddress& relay);

}  // namespace berth::server
