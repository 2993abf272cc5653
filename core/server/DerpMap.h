// The relay map that clients and agents get (reference/tailnet.md 4.2, 5.6).
#pragma once

#include "core/api/Agents.h"
#include "core/http/Message.h"

namespace berth::server {

inline constexpr int kEmbeddedRegion = 999;

inline constexpr int kNoStun = -1;

// What this server asks of clients and agents about the ways between them.
struct TunnelPolicy {
  bool blocksDirectPaths = false;      // everything goes over the relay
  bool forcesRelayWebSockets = false;  // for proxies that spoil "Upgrade: derp"
};

// Where peers reach what this server offers them.
struct RelayAddress {
  http::Url accessUrl;
  int stunPort = kNoStun;  // UDP, on the access URL's host
  TunnelPolicy policy = {};
};

// The one region of this server's own relay. Clients put their own access URL's host in place of the node's, since it
// is marked as embedded, and so ask for STUN there too. A port or host that a peer would choke on never gets in: the
// URL was parsed before.
api::DerpMap embeddedDerpMap(const RelayAddress& relay);

api::AgentConnectionInfo connectionInfo(const RelayAddress& relay);

}  // namespace berth::server
