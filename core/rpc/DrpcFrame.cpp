#include "core/rpc/DrpcFrame.h"

#include <algorithm>
#include <format>

namespace berth::rpc::drpc {

namespace {

constexpr std::uint8_t kDoneBit = 0x01;
constexpr std::uint8_t kControlBit = 0x80;
constexpr std::size_t kMinFrame = 4;  // one byte each of control, stream id, message id and length
constexpr std::size_t kMaxVarint = 10;
constexpr std::size_t kErrorCodeSize = 8;
constexpr std::size_t kMaxMetadata = 256;

void appendVarint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

std::uint8_t byteAt(std::string_view text, std::size_t i) { return static_cast<std::uint8_t>(text[i]); }

// Takes a varint off the front; nullopt when it goes on beyond the end.
Result<std::optional<std::uint64_t>> takeVarint(std::string_view& in) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < std::min(in.size(), kMaxVarint); ++i) {
    const auto byte = byteAt(in, i);
    if (i + 1 == kMaxVarint && byte > 1) break;  // over 64 bits
    value |= std::uint64_t{byte & 0x7fU} << (7 * i);
    if (byte < 0x80) {
      in.remove_prefix(i + 1);
      return value;
    }
  }
  if (in.size() < kMaxVarint) return std::nullopt;
  return fail(ErrorCode::ProtocolViolation, "dRPC: varint over 64 bits");
}

bool isKnown(std::uint8_t kind) {
  return kind >= static_cast<std::uint8_t>(PacketKind::Invoke) &&
         kind <= static_cast<std::uint8_t>(PacketKind::InvokeMetadata);
}

// A protobuf field of wire type 2: tag byte and length before the text.
void appendField(std::string& out, std::uint8_t number, std::string_view text) {
  out.push_back(static_cast<char>(number << 3 | 2));
  appendVarint(out, text.size());
  out.append(text);
}

// Takes a field of wire type 2 off the front, whatever its number.
Result<std::pair<std::uint64_t, std::string_view>> takeField(std::string_view& in) {
  TRY_ASSIGN(const auto tag, takeVarint(in));
  TRY_ASSIGN(const auto length, takeVarint(in));
  if (!tag || !length || (*tag & 7) != 2 || *length > in.size())
    return fail(ErrorCode::ProtocolViolation, "dRPC: malformed metadata");
  const auto text = in.substr(0, *length);
  in.remove_prefix(*length);
  return std::pair(*tag >> 3, text);
}

}  // namespace

struct PacketReader::Frame {
  std::uint8_t kind = 0;
  bool isDone = false;
  bool isControl = false;
  std::uint64_t streamId = 0;
  std::uint64_t messageId = 0;
  std::string_view data;  // in m_input
};

std::string_view toString(PacketKind kind) noexcept {
  switch (kind) {
    case PacketKind::Invoke: return "Invoke";
    case PacketKind::Message: return "Message";
    case PacketKind::Error: return "Error";
    case PacketKind::Cancel: return "Cancel";
    case PacketKind::Close: return "Close";
    case PacketKind::CloseSend: return "CloseSend";
    case PacketKind::InvokeMetadata: return "InvokeMetadata";
  }
  return "unknown";
}

void appendPacket(std::string& out, std::uint64_t streamId, std::uint64_t messageId, PacketKind kind,
                  std::string_view body) {
  const auto kindBits = static_cast<std::uint8_t>(static_cast<std::uint8_t>(kind) << 1);
  const std::uint8_t control = kind == PacketKind::Cancel ? kControlBit : 0;
  do {
    const auto part = body.substr(0, kMaxFrameData);
    body.remove_prefix(part.size());
    const std::uint8_t done = body.empty() ? kDoneBit : 0;
    out.push_back(static_cast<char>(kindBits | control | done));
    appendVarint(out, streamId);
    appendVarint(out, messageId);
    appendVarint(out, part.size());
    out.append(part);
  } while (!body.empty());
}

Result<std::optional<Packet>> PacketReader::next() {
  while (true) {
    TRY_ASSIGN(const auto frame, nextFrame());
    if (!frame) return std::nullopt;
    TRY_ASSIGN(const bool isWhole, take(*frame));
    if (isWhole)
      return std::exchange(m_packet,
                           Packet{.streamId = m_packet.streamId, .messageId = m_packet.messageId, .body = {}});
  }
}

Result<std::optional<PacketReader::Frame>> PacketReader::nextFrame() {
  // What was used is dropped here rather than after parsing: a Frame's data points into m_input.
  m_input.erase(0, std::exchange(m_used, 0));
  std::string_view rest = m_input;
  if (rest.size() < kMinFrame) return std::nullopt;
  const auto control = byteAt(rest, 0);
  rest.remove_prefix(1);
  TRY_ASSIGN(const auto streamId, takeVarint(rest));
  if (!streamId) return std::nullopt;
  TRY_ASSIGN(const auto messageId, takeVarint(rest));
  if (!messageId) return std::nullopt;
  TRY_ASSIGN(const auto length, takeVarint(rest));
  if (!length) return std::nullopt;
  if (*length > kMaxPacket) return fail(ErrorCode::LimitExceeded, std::format("dRPC: frame of {} bytes", *length));
  if (*length > rest.size()) return std::nullopt;
  m_used = m_input.size() - rest.size() + *length;
  return Frame{.kind = static_cast<std::uint8_t>(control >> 1 & 0x3f),
               .isDone = (control & kDoneBit) != 0,
               .isControl = (control & kControlBit) != 0,
               .streamId = *streamId,
               .messageId = *messageId,
               .data = rest.substr(0, *length)};
}

Result<bool> PacketReader::take(const Frame& frame) {
  if (!isKnown(frame.kind)) {
    if (frame.isControl) return false;
    return fail(ErrorCode::ProtocolViolation, std::format("dRPC: packet kind {}", frame.kind));
  }
  if (frame.streamId == 0 || frame.messageId == 0) return fail(ErrorCode::ProtocolViolation, "dRPC: id of zero");
  const auto id = std::pair(frame.streamId, frame.messageId);
  const auto lastId = std::pair(m_packet.streamId, m_packet.messageId);
  if (id < lastId || (id == lastId && !m_isInPacket))
    return fail(ErrorCode::ProtocolViolation,
                std::format("dRPC: packet {}.{} after {}.{}", id.first, id.second, lastId.first, lastId.second));
  if (id == lastId && frame.kind != m_kind)
    return fail(ErrorCode::ProtocolViolation, "dRPC: packet kind changes between frames");
  if (id != lastId) m_packet = Packet{.streamId = frame.streamId, .messageId = frame.messageId, .body = {}};
  m_kind = frame.kind;
  m_isInPacket = !frame.isDone;
  m_packet.kind = static_cast<PacketKind>(frame.kind);
  if (m_packet.body.size() + frame.data.size() > kMaxPacket)
    return fail(ErrorCode::LimitExceeded, std::format("dRPC: packet over {} bytes", kMaxPacket));
  m_packet.body.append(frame.data);
  return frame.isDone;
}

std::string encodeError(const RemoteError& error) {
  std::string out;
  for (std::size_t i = kErrorCodeSize; i-- > 0;) out.push_back(static_cast<char>(error.code >> (8 * i)));
  return out + error.text;
}

RemoteError parseError(std::string_view body) {
  if (body.size() < kErrorCodeSize) return {.code = 0, .text = std::format("{} (invalid error data)", body)};
  RemoteError error{.code = 0, .text = std::string(body.substr(kErrorCodeSize))};
  for (std::size_t i = 0; i < kErrorCodeSize; ++i) error.code = error.code << 8 | byteAt(body, i);
  return error;
}

std::string encodeMetadata(const Metadata& metadata) {
  std::string out;
  for (const auto& [key, value] : metadata) {
    std::string entry;
    appendField(entry, 1, key);
    appendField(entry, 2, value);
    appendField(out, 1, entry);
  }
  return out;
}

Result<Metadata> parseMetadata(std::string_view body) {
  Metadata metadata;
  while (!body.empty()) {
    TRY_ASSIGN(auto field, takeField(body));
    if (field.first != 1) continue;
    if (metadata.size() >= kMaxMetadata) return fail(ErrorCode::LimitExceeded, "dRPC: too much metadata");
    auto& [key, value] = metadata.emplace_back();
    while (!field.second.empty()) {
      TRY_ASSIGN(const auto part, takeField(field.second));
      if (part.first == 1) key = part.second;
      if (part.first == 2) value = part.second;
    }
  }
  return metadata;
}

}  // namespace berth::rpc::drpc
