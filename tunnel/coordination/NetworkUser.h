// Whoever puts the coordinator's news into effect: tunnel/dialer, on a Node. Calls come on the session's executor.
#pragma once

#include "tunnel/coordination/NodeInfo.h"
#include "tunnel/wire/DerpMap.h"

namespace berth::tunnel::coordination {

inline constexpr std::chrono::seconds kPersistentKeepalive{25};

class NetworkUser {
 public:
  virtual ~NetworkUser() = default;

  // Adds the peer or changes the known one of this key. With `keepsAlive` its persistent keepalive becomes
  // kPersistentKeepalive; without, it stays as it is.
  virtual void putPeer(const NodeInfo& peer, bool keepsAlive) = 0;
  virtual void removePeer(const wire::NodePublic& key) = 0;
  virtual std::optional<TimePoint> lastHandshakeAt(const wire::NodePublic& key) const = 0;

  // As the server sends it; embedded relays are for the user to point at its own URL (wire::DerpMap).
  virtual void setDerpMap(const wire::DerpMap& map) = 0;
};

}  // namespace berth::tunnel::coordination
