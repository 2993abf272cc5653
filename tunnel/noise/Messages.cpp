#include "tunnel/noise/Messages.h"

#include "tunnel/wire/Reader.h"
#include "tunnel/wire/Writer.h"

namespace berth::tunnel::noise {

namespace {

constexpr std::size_t kTypeSize = 4;

wire::Reader afterType(ByteView datagram) { return wire::Reader(datagram.subspan(kTypeSize)); }

void writeType(wire::Writer& out, MessageType type) { out.u32le(static_cast<std::uint32_t>(type)); }

}  // namespace

std::optional<MessageType> typeOf(ByteView datagram) noexcept {
  wire::Reader in(datagram);
  const std::uint32_t type = in.u32le();  // with the reserved bytes: one comparison refuses them
  switch (type) {
    case 1: return datagram.size() == kInitiationSize ? std::optional(MessageType::Initiation) : std::nullopt;
    case 2: return datagram.size() == kResponseSize ? std::optional(MessageType::Response) : std::nullopt;
    case 3: return datagram.size() == kCookieReplySize ? std::optional(MessageType::CookieReply) : std::nullopt;
    case 4: return datagram.size() >= kMinTransportSize ? std::optional(MessageType::Transport) : std::nullopt;
    default: return std::nullopt;
  }
}

Initiation parseInitiation(ByteView datagram) {
  wire::Reader in = afterType(datagram);
  Initiation message;
  message.sender = in.u32le();
  message.ephemeral = in.array<wire::kKeySize>();
  message.sealedStatic = in.array<wire::kKeySize + kTagSize>();
  message.sealedTimestamp = in.array<kTimestampSize + kTagSize>();
  return message;
}

Response parseResponse(ByteView datagram) {
  wire::Reader in = afterType(datagram);
  Response message;
  message.sender = in.u32le();
  message.receiver = in.u32le();
  message.ephemeral = in.array<wire::kKeySize>();
  message.sealedNothing = in.array<kTagSize>();
  return message;
}

CookieReply parseCookieReply(ByteView datagram) {
  wire::Reader in = afterType(datagram);
  CookieReply message;
  message.receiver = in.u32le();
  message.nonce = in.array<kXNonceSize>();
  message.sealedCookie = in.array<kMacSize + kTagSize>();
  return message;
}

TransportHeader parseTransportHeader(ByteView datagram) {
  wire::Reader in = afterType(datagram);
  TransportHeader header;
  header.receiver = in.u32le();
  header.counter = in.u64le();
  return header;
}

Bytes emit(const Initiation& message) {
  Bytes datagram(kInitiationSize);
  wire::Writer out(datagram);
  writeType(out, MessageType::Initiation);
  out.u32le(message.sender);
  out.bytes(message.ephemeral);
  out.bytes(message.sealedStatic);
  out.bytes(message.sealedTimestamp);
  return datagram;
}

Bytes emit(const Response& message) {
  Bytes datagram(kResponseSize);
  wire::Writer out(datagram);
  writeType(out, MessageType::Response);
  out.u32le(message.sender);
  out.u32le(message.receiver);
  out.bytes(message.ephemeral);
  out.bytes(message.sealedNothing);
  return datagram;
}

Bytes emit(const CookieReply& message) {
  Bytes datagram(kCookieReplySize);
  wire::Writer out(datagram);
  writeType(out, MessageType::CookieReply);
  out.u32le(message.receiver);
  out.bytes(message.nonce);
  out.bytes(message.sealedCookie);
  return datagram;
}

void emit(const TransportHeader& header, ByteSpan datagram) {
  wire::Writer out(datagram);
  writeType(out, MessageType::Transport);
  out.u32le(header.receiver);
  out.u64le(header.counter);
}

}  // namespace berth::tunnel::noise
