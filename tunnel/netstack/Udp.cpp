#include "tunnel/netstack/Udp.h"

#include "tunnel/wire/Reader.h"
#include "tunnel/wire/Writer.h"

namespace berth::tunnel::netstack {

namespace {

// RFC 1071, of big-endian 16-bit words; an odd last byte is padded with zero.
std::uint32_t sumOf(ByteView data) {
  std::uint32_t sum = 0;
  wire::Reader words(data);
  while (words.remaining() >= 2) sum += words.u16be();
  if (words.remaining() == 1) sum += static_cast<std::uint32_t>(words.u8()) << 8;
  return sum;
}

std::uint16_t checksum(const Flow& flow, ByteView segment) {
  std::uint32_t sum = sumOf(flow.source.bytes) + sumOf(flow.destination.bytes) +
                      static_cast<std::uint32_t>(segment.size()) + static_cast<std::uint32_t>(wire::IpProtocol::Udp) +
                      sumOf(segment);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  const auto folded = static_cast<std::uint16_t>(~sum);
  return folded == 0 ? 0xffff : folded;  // zero means "none", which IPv6 forbids
}

}  // namespace

std::optional<UdpDatagram> parseUdp(const wire::Ipv6Header& header, ByteView segment) {
  wire::Reader reader(segment);
  UdpDatagram datagram;
  datagram.flow.source = header.source;
  datagram.flow.destination = header.destination;
  datagram.flow.sourcePort = reader.u16be();
  datagram.flow.destinationPort = reader.u16be();
  const std::size_t length = reader.u16be();
  reader.u16be();
  if (!reader.isOk() || length != segment.size()) return std::nullopt;
  datagram.payload = reader.rest();
  return datagram;
}

Bytes makeUdpPacket(const Flow& flow, ByteView payload) {
  const std::size_t length = kUdpHeaderSize + payload.size();
  Bytes packet(wire::kIpv6HeaderSize + length);
  wire::Ipv6Header header;
  header.payloadLength = static_cast<std::uint16_t>(length);
  header.nextHeader = static_cast<std::uint8_t>(wire::IpProtocol::Udp);
  header.source = flow.source;
  header.destination = flow.destination;
  wire::writeIpv6(packet, header);

  const ByteSpan segment = ByteSpan(packet).subspan(wire::kIpv6HeaderSize);
  constexpr std::size_t kChecksumAt = 6;
  wire::Writer writer(segment);
  writer.u16be(flow.sourcePort);
  writer.u16be(flow.destinationPort);
  writer.u16be(static_cast<std::uint16_t>(length));
  writer.u16be(0);
  writer.bytes(payload);
  wire::Writer(segment.subspan(kChecksumAt)).u16be(checksum(flow, segment));
  return packet;
}

}  // namespace berth::tunnel::netstack
