// What a member of the tailnet tells the others about itself (coder.tailnet.v2.Node, reference/tailnet.md 4.8), free of
// protobuf.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/Clock.h"
#include "core/base/Ipv6.h"
#include "tunnel/wire/Address.h"
#include "tunnel/wire/Keys.h"

namespace berth::tunnel::coordination {

struct NodeInfo {
  std::int64_t id = 0;
  WallTime asOf;
  wire::NodePublic key;
  wire::DiscoPublic disco;
  int preferredDerp = 0;                           // home region; 0: cannot be reached yet
  std::map<std::string, double> derpLatency;       // "999-v4" to seconds
  std::map<int, std::string> derpForcedWebSocket;  // region to reason
  std::vector<Ipv6> addresses;
  std::vector<Ipv6> allowedIps;
  std::vector<wire::Endpoint> endpoints;

  bool operator==(const NodeInfo&) const = default;
  // The same but for when it was sampled.
  bool isSameAs(const NodeInfo& other) const;
};

}  // namespace berth::tunnel::coordination
