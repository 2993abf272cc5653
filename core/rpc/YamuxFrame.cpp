#include "core/rpc/YamuxFrame.h"

#include <format>

namespace berth::rpc::yamux {

namespace {

constexpr std::uint8_t kVersion = 0;

void putBigEndian(std::span<std::byte> out, std::uint32_t value) {
  for (std::size_t i = out.size(); i-- > 0; value >>= 8) out[i] = static_cast<std::byte>(value & 0xff);
}

std::uint32_t takeBigEndian(ByteView in) {
  std::uint32_t value = 0;
  for (const std::byte byte : in) value = value << 8 | std::to_integer<std::uint32_t>(byte);
  return value;
}

std::string_view nameOf(FrameType type) {
  switch (type) {
    case FrameType::Data: return "data";
    case FrameType::WindowUpdate: return "window update";
    case FrameType::Ping: return "ping";
    case FrameType::GoAway: return "go away";
  }
  return "unknown";
}

}  // namespace

std::array<std::byte, kHeaderSize> encode(const Header& header) noexcept {
  std::array<std::byte, kHeaderSize> out{};
  const std::span<std::byte> span(out);
  putBigEndian(span.subspan(0, 1), kVersion);
  putBigEndian(span.subspan(1, 1), static_cast<std::uint32_t>(header.type));
  putBigEndian(span.subspan(2, 2), header.flags);
  putBigEndian(span.subspan(4, 4), header.streamId);
  putBigEndian(span.subspan(8, 4), header.length);
  return out;
}

Result<Header> parseHeader(std::span<const std::byte, kHeaderSize> bytes) {
  const ByteView view(bytes);
  const auto version = takeBigEndian(view.subspan(0, 1));
  const auto type = takeBigEndian(view.subspan(1, 1));
  if (version != kVersion) return fail(ErrorCode::ProtocolViolation, std::format("yamux version {}", version));
  if (type > static_cast<std::uint32_t>(FrameType::GoAway))
    return fail(ErrorCode::ProtocolViolation, std::format("yamux frame type {}", type));
  return Header{.type = static_cast<FrameType>(type),
                .flags = static_cast<std::uint16_t>(takeBigEndian(view.subspan(2, 2))),
                .streamId = takeBigEndian(view.subspan(4, 4)),
                .length = takeBigEndian(view.subspan(8, 4))};
}

std::string toString(const Header& header) {
  std::string flags;
  if (header.has(kSyn)) flags += " SYN";
  if (header.has(kAck)) flags += " ACK";
  if (header.has(kFin)) flags += " FIN";
  if (header.has(kRst)) flags += " RST";
  return std::format("{}{} stream {} length {}", nameOf(header.type), flags, header.streamId, header.length);
}

Result<std::optional<FrameReader::Item>> FrameReader::next(ByteView& input) {
  if (m_bodyLeft > 0) {
    if (input.empty()) return std::nullopt;
    const auto part = input.first(std::min<std::size_t>(m_bodyLeft, input.size()));
    input = input.subspan(part.size());
    m_bodyLeft -= static_cast<std::uint32_t>(part.size());
    return Body{part};
  }
  const auto count = std::min(kHeaderSize - m_headerFilled, input.size());
  std::ranges::copy(input.first(count), m_header.begin() + static_cast<std::ptrdiff_t>(m_headerFilled));
  input = input.subspan(count);
  m_headerFilled += count;
  if (m_headerFilled < kHeaderSize) return std::nullopt;
  m_headerFilled = 0;
  TRY_ASSIGN(const Header header, parseHeader(m_header));
  if (header.type == FrameType::Data) m_bodyLeft = header.length;
  return header;
}

}  // namespace berth::rpc::yamux
