// The relay map that clients and agents get (reference/tailnet.md 4.2, 5.6).
#pragma once

#include "core/api/Agents.h"
#include "core/http/Message.h"

namespace berth::server {

inline constexpr int kEmbeddedRegion = 999;

// The one region of this server's own relay. Clients put their own access URL's host in place of the node's, since it
// is marked as embedded. A port or host that a peer would choke on never gets in: the URL was parsed before.
api::DerpMap embeddedDerpMap(const http::Url& accessUrl);

api::AgentConnectionInfo connectionInfo(const http::Url& accessUrl);

}  // namespace berth::server
