#include "tunnel/disco/Message.h"

#include "tunnel/wire/Reader.h"
#include "tunnel/wire/Writer.h"

namespace berth::tunnel::disco {

namespace {

constexpr std::size_t kTypeAndVersion = 2;
constexpr std::size_t kEndpointSize = 16 + 2;
constexpr std::size_t kPaddedPayload = 1230;
static_assert(kPacketHeaderSize + wire::Box::kOverhead + kTypeAndVersion + kPaddedPayload == kPaddedPacketSize);

enum class Type : std::uint8_t { Ping = 1, Pong = 2, CallMeMaybe = 3 };
constexpr std::uint8_t kPaddedVersion = 1;
constexpr std::uint8_t kCallMeMaybeVersion = 0;

void begin(wire::Writer& out, Type type, std::uint8_t version) {
  out.u8(static_cast<std::uint8_t>(type));
  out.u8(version);
}

void write(wire::Writer& out, const wire::Endpoint& endpoint) {
  out.bytes(endpoint.address.bytes);
  out.u16be(endpoint.port);
}

wire::Endpoint readEndpoint(wire::Reader& in) { return {Ipv6{in.array<16>()}, in.u16be()}; }

Bytes plaintext(const Ping& ping) {
  Bytes text(kTypeAndVersion + kPaddedPayload);
  wire::Writer out(text);
  begin(out, Type::Ping, kPaddedVersion);
  out.bytes(ping.id);
  if (ping.nodeKey) out.bytes(ping.nodeKey->bytes());
  return text;
}

Bytes plaintext(const Pong& pong) {
  Bytes text(kTypeAndVersion + kPaddedPayload);
  wire::Writer out(text);
  begin(out, Type::Pong, kPaddedVersion);
  out.bytes(pong.id);
  write(out, pong.source);
  return text;
}

Bytes plaintext(const CallMeMaybe& message) {
  Bytes text(kTypeAndVersion + message.endpoints.size() * kEndpointSize);
  wire::Writer out(text);
  begin(out, Type::CallMeMaybe, kCallMeMaybeVersion);
  for (const auto& endpoint : message.endpoints) write(out, endpoint);
  return text;
}

std::optional<Message> parsePing(wire::Reader in) {
  Ping ping;
  ping.id = in.array<std::tuple_size_v<TransactionId>>();
  if (!in.isOk()) return std::nullopt;
  if (in.remaining() >= wire::kKeySize) ping.nodeKey = wire::NodePublic(in.array<wire::kKeySize>());
  return ping;
}

std::optional<Message> parsePong(wire::Reader in) {
  Pong pong;
  pong.id = in.array<std::tuple_size_v<TransactionId>>();
  pong.source = readEndpoint(in);
  return in.isOk() ? std::optional<Message>(pong) : std::nullopt;
}

// What is not understood counts as a list without endpoints (reference/tailnet.md 6.1).
CallMeMaybe parseCallMeMaybe(std::uint8_t version, wire::Reader in) {
  CallMeMaybe message;
  if (version != kCallMeMaybeVersion || in.remaining() % kEndpointSize != 0) return message;
  message.endpoints.reserve(in.remaining() / kEndpointSize);
  while (!in.isAtEnd()) message.endpoints.push_back(readEndpoint(in));
  return message;
}

std::string text(const Ping& ping) { return "ping " + toHex(ping.id).substr(0, 8); }
std::string text(const Pong& pong) { return "pong " + toHex(pong.id).substr(0, 8) + " to " + pong.source.toString(); }
std::string text(const CallMeMaybe& message) {
  return "call-me-maybe with " + std::to_string(message.endpoints.size()) + " endpoints";
}

}  // namespace

wire::DiscoPublic senderOf(ByteView packet) {
  wire::Reader in(packet.subspan(kMagicSize));
  return wire::DiscoPublic(in.array<wire::kKeySize>());
}

Bytes seal(const Message& message, const wire::DiscoPublic& self, const wire::Box& box, Rng& rng) {
  wire::Box::Nonce nonce;
  rng.fill(nonce);
  const Bytes text = std::visit([](const auto& kind) { return plaintext(kind); }, message);
  Bytes packet(kPacketHeaderSize + wire::Box::kOverhead + text.size());
  wire::Writer out(packet);
  out.bytes(wire::kDiscoMagic);
  out.bytes(self.bytes());
  out.bytes(nonce);
  out.bytes(box.seal(text, nonce));
  return packet;
}

std::optional<Message> open(ByteView packet, const wire::Box& box) {
  if (!looksLikeDisco(packet)) return std::nullopt;
  wire::Reader in(packet.subspan(kMagicSize + wire::kKeySize));
  const wire::Box::Nonce nonce = in.array<wire::Box::kNonceSize>();
  if (!in.isOk()) return std::nullopt;
  const auto text = box.open(in.rest(), nonce);
  if (!text) return std::nullopt;
  wire::Reader plain(*text);
  const std::uint8_t type = plain.u8();
  const std::uint8_t version = plain.u8();
  if (!plain.isOk()) return std::nullopt;
  switch (type) {
    case static_cast<std::uint8_t>(Type::Ping): return parsePing(plain);
    case static_cast<std::uint8_t>(Type::Pong): return parsePong(plain);
    case static_cast<std::uint8_t>(Type::CallMeMaybe): return parseCallMeMaybe(version, plain);
    default: return std::nullopt;
  }
}

std::string toString(const Message& message) {
  return std::visit([](const auto& kind) { return text(kind); }, message);
}

}  // namespace berth::tunnel::disco
