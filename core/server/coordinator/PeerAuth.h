// What a peer's Coordinate requests may ask for (reference/tailnet.md 4.9).
#pragma once

#include <functional>
#include <variant>

#include "core/base/Error.h"
#include "core/base/Ids.h"
#include "core/base/Task.h"
#include "core/rpc/Proto.h"

namespace berth::server {

struct AgentPeer {
  AgentId agent;  // may open no tunnels, and announce only its own addresses
};
struct OneAgentClient {
  AgentId agent;  // the only one it may tunnel to
};
struct UserClient {
  std::function<Task<bool>(AgentId)> maySsh;
};
struct InternalPeer {};  // anything

using PeerAuth = std::variant<AgentPeer, OneAgentClient, UserClient, InternalPeer>;

// PermissionDenied with the text that the peer gets, "authorization: ..." in front included.
Task<Result<void>> authorizeRequest(const PeerAuth& auth, const rpc::tailnetpb::CoordinateRequest& request);

}  // namespace berth::server
