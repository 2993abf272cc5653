#include "tunnel/node/TrafficMeter.h"

#include <cstring>
#include <utility>

#include "tunnel/wire/Packet.h"

namespace berth::tunnel {

namespace {

constexpr std::size_t kMaxFlows = 2048;  // reference/tailnet.md 7.4
constexpr std::size_t kProtocolAt = 6;
constexpr std::size_t kSourceEndsAt = 24;
constexpr std::size_t kDestinationEndsAt = 40;

const char* nameOf(std::uint8_t protocol) {
  switch (static_cast<wire::IpProtocol>(protocol)) {
    case wire::IpProtocol::Tcp: return "TCP";
    case wire::IpProtocol::Udp: return "UDP";
    case wire::IpProtocol::IcmpV6: return "ICMPv6";
    case wire::IpProtocol::Tsmp: return "TSMP";
  }
  return "Unknown";
}

bool hasPorts(std::uint8_t protocol) {
  return protocol == static_cast<std::uint8_t>(wire::IpProtocol::Tcp) ||
         protocol == static_cast<std::uint8_t>(wire::IpProtocol::Udp);
}

}  // namespace

void TrafficMeter::onReceived(ByteView packet) {
  ++m_traffic.receivedPackets;
  m_traffic.receivedBytes += static_cast<std::int64_t>(packet.size());
  count(packet, kSourceEndsAt);
}

void TrafficMeter::onSent(ByteView packet) {
  ++m_traffic.sentPackets;
  m_traffic.sentBytes += static_cast<std::int64_t>(packet.size());
  count(packet, kDestinationEndsAt);
}

// A connection is known by its peer's last four address bytes, its protocol and its ports, in either order.
void TrafficMeter::count(ByteView packet, std::size_t peerEndsAt) {
  if (packet.size() < wire::kIpv6HeaderSize + 4) return;
  const auto protocol = std::to_integer<std::uint8_t>(packet[kProtocolAt]);
  std::array<std::uint32_t, 2> parts{};
  std::memcpy(&parts[0], packet.data() + peerEndsAt - 4, 4);
  if (hasPorts(protocol)) {
    std::array<std::uint16_t, 2> ports{};
    std::memcpy(ports.data(), packet.data() + wire::kIpv6HeaderSize, sizeof(ports));
    parts[1] = static_cast<std::uint32_t>(ports[0]) * ports[1] + ports[0] + ports[1];
  }
  const std::uint64_t flow = (std::uint64_t{parts[0]} << 32 | parts[1]) ^ (std::uint64_t{protocol} << 56);
  if (flow == m_lastFlow) return;
  m_lastFlow = flow;
  if (m_flows.size() < kMaxFlows && m_flows.insert(flow).second) ++m_traffic.connections[nameOf(protocol)];
}

Traffic TrafficMeter::take() {
  m_lastFlow = 0;
  m_flows.clear();
  return std::exchange(m_traffic, {});
}

}  // namespace berth::tunnel
