#include "tunnel/derp/Login.h"

#include <boost/json.hpp>

#include "tunnel/wire/Reader.h"

namespace berth::tunnel::derp {

namespace {

namespace json = boost::json;

constexpr std::array<std::byte, 8> kServerKeyMagic{std::byte{0x44}, std::byte{0x45}, std::byte{0x52}, std::byte{0x50},
                                                   std::byte{0xf0}, std::byte{0x9f}, std::byte{0x94}, std::byte{0x91}};

Bytes sealedFrame(FrameType type, ByteView head, std::string_view text, const wire::Box& box, Rng& rng) {
  wire::Box::Nonce nonce;
  rng.fill(nonce);
  Bytes fields = toBytes(head);
  fields.insert(fields.end(), nonce.begin(), nonce.end());
  Bytes frame;
  appendFrame(frame, type, fields, box.seal(asBytes(text), nonce));
  return frame;
}

Result<json::object> openObject(wire::Reader in, const wire::Box& box, std::string_view what) {
  const wire::Box::Nonce nonce = in.array<wire::Box::kNonceSize>();
  if (!in.isOk()) return fail(ErrorCode::ProtocolViolation, std::format("{} is too short", what));
  const auto text = box.open(in.rest(), nonce);
  if (!text) return fail(ErrorCode::ProtocolViolation, std::format("{} does not open with the sender's key", what));
  boost::system::error_code error;
  auto parsed = json::parse(asText(*text), error);
  if (error || !parsed.is_object())
    return fail(ErrorCode::ProtocolViolation, std::format("{} holds no JSON object", what));
  return std::move(parsed.as_object());
}

double numberIn(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || !value->is_number()) return 0;
  return value->to_number<double>();
}

}  // namespace

Bytes makeServerKey(const wire::RelayPublic& relay) {
  Bytes frame;
  appendFrame(frame, FrameType::ServerKey, kServerKeyMagic, relay.bytes());
  return frame;
}

Result<wire::RelayPublic> parseServerKey(ByteView payload) {
  wire::Reader in(payload);
  const auto magic = in.array<kServerKeyMagic.size()>();
  const wire::RelayPublic key(in.array<wire::kKeySize>());
  if (!in.isOk() || magic != kServerKeyMagic)
    return fail(ErrorCode::ProtocolViolation, "this is no DERP relay: its first frame has no server key");
  return key;
}

Bytes makeClientInfo(const ClientInfo& info, const wire::NodePublic& client, const wire::Box& box, Rng& rng) {
  const json::object text{{"version", info.version}, {"CanAckPings", info.canAckPings}};
  return sealedFrame(FrameType::ClientInfo, client.bytes(), json::serialize(text), box, rng);
}

Result<OpenedClientInfo> openClientInfo(ByteView payload, const wire::RelayPrivate& relay) {
  wire::Reader in(payload);
  const wire::NodePublic client(in.array<wire::kKeySize>());
  if (!in.isOk()) return fail(ErrorCode::ProtocolViolation, "client info is too short");
  auto box = wire::Box::make(relay, client);
  if (!box) return fail(ErrorCode::ProtocolViolation, "client info has an impossible key");
  TRY(openObject(in, *box, "client info"));
  return OpenedClientInfo{client, std::move(*box)};
}

Bytes makeServerInfo(const ServerInfo& info, const wire::Box& box, Rng& rng) {
  json::object text{{"version", info.version}};
  if (info.rate.isLimited()) {
    text["TokenBucketBytesPerSecond"] = static_cast<std::int64_t>(info.rate.perSecond);
    text["TokenBucketBytesBurst"] = static_cast<std::int64_t>(info.rate.burst);
  }
  return sealedFrame(FrameType::ServerInfo, {}, json::serialize(text), box, rng);
}

Result<ServerInfo> openServerInfo(ByteView payload, const wire::Box& box) {
  TRY_ASSIGN(const json::object text, openObject(wire::Reader(payload), box, "server info"));
  ServerInfo info;
  info.version = static_cast<int>(numberIn(text, "version"));
  info.rate = {numberIn(text, "TokenBucketBytesPerSecond"), numberIn(text, "TokenBucketBytesBurst")};
  return info;
}

}  // namespace berth::tunnel::derp
