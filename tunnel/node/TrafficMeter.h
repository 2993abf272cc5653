// Counts what passes inside the tunnel, for the agent's reports (reference/tailnet.md 7.4).
#pragma once

#include <map>
#include <string>
#include <unordered_set>

#include "core/base/Bytes.h"

namespace berth::tunnel {

struct Traffic {
  std::map<std::string, std::int64_t> connections;  // "TCP", "UDP", "TSMP": how many had packets
  std::int64_t receivedPackets = 0;
  std::int64_t receivedBytes = 0;
  std::int64_t sentPackets = 0;
  std::int64_t sentBytes = 0;
};

class TrafficMeter {
 public:
  // One whole IPv6 packet; called for each, so it does next to nothing for a packet like the last.
  void onReceived(ByteView packet);
  void onSent(ByteView packet);

  // Since the last call.
  Traffic take();

 private:
  void count(ByteView packet, std::size_t peerAddressAt);

  Traffic m_traffic;
  std::uint64_t m_lastFlow = 0;
  std::unordered_set<std::uint64_t> m_flows;
};

}  // namespace berth::tunnel
