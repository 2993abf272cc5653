#include "tunnel/wire/Packet.h"

#include "tunnel/wire/Keys.h"
#include "tunnel/wire/Reader.h"
#include "tunnel/wire/Writer.h"

namespace berth::tunnel::wire {

namespace {

constexpr std::uint32_t kVersion = 6;
constexpr std::uint32_t kFlowLabelMask = 0xfffff;
constexpr std::uint8_t kTsmpPing = 'p';
constexpr std::uint8_t kTsmpPong = 'o';
constexpr std::size_t kTsmpPingSize = 1 + kTsmpDataSize;
constexpr std::size_t kTsmpPongSize = kTsmpPingSize + 2;

}  // namespace

std::optional<Ipv6Header> parseIpv6(ByteView packet) {
  Reader in(packet);
  const std::uint32_t first = in.u32be();
  Ipv6Header header;
  header.flowLabel = first & kFlowLabelMask;
  header.payloadLength = in.u16be();
  header.nextHeader = in.u8();
  header.hopLimit = in.u8();
  header.source.bytes = in.array<kIpv6Size>();
  header.destination.bytes = in.array<kIpv6Size>();
  if (!in.isOk() || first >> 28 != kVersion || in.remaining() < header.payloadLength) return std::nullopt;
  return header;
}

void writeIpv6(ByteSpan out, const Ipv6Header& header) {
  Writer writer(out);
  writer.u32be(kVersion << 28 | (header.flowLabel & kFlowLabelMask));
  writer.u16be(header.payloadLength);
  writer.u8(header.nextHeader);
  writer.u8(header.hopLimit);
  writer.bytes(header.source.bytes);
  writer.bytes(header.destination.bytes);
}

std::optional<Ports> parsePorts(ByteView payload) {
  Reader in(payload);
  const Ports ports{in.u16be(), in.u16be()};
  return in.isOk() ? std::optional(ports) : std::nullopt;
}

bool looksLikeDisco(ByteView datagram) noexcept {
  return datagram.size() >= kDiscoMagic.size() + kKeySize &&
         std::equal(kDiscoMagic.begin(), kDiscoMagic.end(), datagram.begin());
}

std::optional<TsmpMessage> parseTsmp(ByteView payload) {
  Reader in(payload);
  const std::uint8_t type = in.u8();
  TsmpMessage message;
  message.data = in.array<kTsmpDataSize>();
  if (!in.isOk()) return std::nullopt;
  switch (type) {
    case kTsmpPing: message.kind = TsmpMessage::Kind::Ping; return message;
    case kTsmpPong: message.kind = TsmpMessage::Kind::Pong; return message;  // the port may be missing
    default: return std::nullopt;
  }
}

Bytes makeTsmpPacket(const TsmpMessage& message, const Ipv6& source, const Ipv6& destination, std::uint32_t flowLabel) {
  const bool isPong = message.kind == TsmpMessage::Kind::Pong;
  const std::size_t payloadSize = isPong ? kTsmpPongSize : kTsmpPingSize;
  Bytes packet(kIpv6HeaderSize + payloadSize);
  Ipv6Header header;
  header.flowLabel = flowLabel;
  header.payloadLength = static_cast<std::uint16_t>(payloadSize);
  header.nextHeader = static_cast<std::uint8_t>(IpProtocol::Tsmp);
  header.source = source;
  header.destination = destination;
  writeIpv6(packet, header);
  Writer payload(ByteSpan(packet).subspan(kIpv6HeaderSize));
  payload.u8(isPong ? kTsmpPong : kTsmpPing);
  payload.bytes(message.data);
  if (isPong) payload.u16be(0);
  return packet;
}

Bytes makeTsmpPong(const Ipv6Header& ping, const TsmpData& data) {
  return makeTsmpPacket({TsmpMessage::Kind::Pong, data}, ping.destination, ping.source, ~ping.flowLabel);
}

}  // namespace berth::tunnel::wire
