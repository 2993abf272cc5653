// UDP over IPv6 (RFC 768, RFC 8200 8.1): 8 bytes of header - source port, destination port, length, checksum.
#pragma once

#include "tunnel/netstack/Netstack.h"
#include "tunnel/wire/Packet.h"

namespace berth::tunnel::netstack {

inline constexpr std::size_t kUdpHeaderSize = 8;
inline constexpr std::size_t kMaxUdpPayload = wire::kInnerMtu - wire::kIpv6HeaderSize - kUdpHeaderSize;

struct UdpDatagram {
  Flow flow;
  ByteView payload;
};

// Of the bytes behind the IPv6 header. The checksum is not verified: the packet was authenticated by the tunnel.
std::optional<UdpDatagram> parseUdp(const wire::Ipv6Header& header, ByteView segment);

// A whole packet; the payload is at most kMaxUdpPayload long.
Bytes makeUdpPacket(const Flow& flow, ByteView payload);

}  // namespace berth::tunnel::netstack
