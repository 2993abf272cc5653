// The three frames of a DERP login (reference/tailnet.md 5.3). The client proves that it has its node key by sealing
// its ClientInfo with it for the relay's key.
#pragma once

#include "core/base/Random.h"
#include "tunnel/derp/Frame.h"
#include "tunnel/derp/TokenBucket.h"
#include "tunnel/wire/Box.h"

namespace berth::tunnel::derp {

Bytes makeServerKey(const wire::RelayPublic& relay);
Result<wire::RelayPublic> parseServerKey(ByteView payload);

struct ClientInfo {
  int version = kProtocolVersion;
  bool canAckPings = true;
};
// `box` is between the client's node key and the relay's key.
Bytes makeClientInfo(const ClientInfo& info, const wire::NodePublic& client, const wire::Box& box, Rng& rng);

// Who logs in; InvalidInput if the box does not open or holds no JSON object. The content has nothing that a relay
// without mesh needs.
struct OpenedClientInfo {
  wire::NodePublic client;
  wire::Box box;
};
Result<OpenedClientInfo> openClientInfo(ByteView payload, const wire::RelayPrivate& relay);

struct ServerInfo {
  int version = kProtocolVersion;
  Rate rate;  // bytes that the client may send
};
Bytes makeServerInfo(const ServerInfo& info, const wire::Box& box, Rng& rng);
Result<ServerInfo> openServerInfo(ByteView payload, const wire::Box& box);

}  // namespace berth::tunnel::derp
