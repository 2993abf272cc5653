// Checked views of packets: IPv6 (RFC 8200 3), the ports of TCP and UDP, TSMP (the liveness protocol of the tailnet,
// reference/tailnet.md 2.9), and the sign of disco. Views borrow; what they view must outlive them.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/Bytes.h"
#include "tunnel/wire/Address.h"

namespace berth::tunnel::wire {

inline constexpr std::size_t kIpv6Size = 16;  // of an address
inline constexpr std::size_t kIpv6HeaderSize = 40;
inline constexpr std::size_t kInnerMtu = 1280;  // reference/tailnet.md 2.10

// Next-header numbers.
enum class IpProtocol : std::uint8_t { Tcp = 6, Udp = 17, IcmpV6 = 58, Tsmp = 99 };

struct Ipv6Header {
  std::uint32_t flowLabel = 0;
  std::uint16_t payloadLength = 0;
  std::uint8_t nextHeader = 0;
  std::uint8_t hopLimit = 64;
  Ipv6 source;
  Ipv6 destination;

  bool is(IpProtocol protocol) const noexcept { return nextHeader == static_cast<std::uint8_t>(protocol); }
  // Total length of the packet, header included.
  std::size_t packetSize() const noexcept { return kIpv6HeaderSize + payloadLength; }
};

// The header of a packet that is completely there; bytes behind it (WireGuard's padding) are allowed.
std::optional<Ipv6Header> parseIpv6(ByteView packet);
void writeIpv6(ByteSpan out, const Ipv6Header& header);  // out holds at least kIpv6HeaderSize bytes

struct Ports {
  std::uint16_t source = 0;
  std::uint16_t destination = 0;
};
// Of a TCP or UDP payload (the bytes behind the IPv6 header).
std::optional<Ports> parsePorts(ByteView payload);

// Whether a datagram is disco (reference/tailnet.md 6.1): by magic and size, before anything is decrypted. Such a
// packet is disco whatever comes of it, and never WireGuard.
inline constexpr std::array<std::byte, 6> kDiscoMagic{std::byte{0x54}, std::byte{0x53}, std::byte{0xf0},
                                                      std::byte{0x9f}, std::byte{0x92}, std::byte{0xac}};
bool looksLikeDisco(ByteView datagram) noexcept;

// TSMP
inline constexpr std::size_t kTsmpDataSize = 8;
using TsmpData = std::array<std::byte, kTsmpDataSize>;

struct TsmpMessage {
  enum class Kind { Ping, Pong };
  Kind kind = Kind::Ping;
  TsmpData data{};
};
// Of a TSMP payload; nothing for rejects and what is not understood.
std::optional<TsmpMessage> parseTsmp(ByteView payload);

// A whole packet. A pong carries a peer-API port of zero.
Bytes makeTsmpPacket(const TsmpMessage& message, const Ipv6& source, const Ipv6& destination,
                     std::uint32_t flowLabel = 0);
// The pong for a ping packet with this header: addresses swapped, flow label complemented as stock peers do.
Bytes makeTsmpPong(const Ipv6Header& ping, const TsmpData& data);

}  // namespace berth::tunnel::wire
