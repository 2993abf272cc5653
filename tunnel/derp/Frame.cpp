#include "tunnel/derp/Frame.h"

#include <cstring>
#include <format>

#include "tunnel/wire/Reader.h"
#include "tunnel/wire/Writer.h"

namespace berth::tunnel::derp {

namespace {

// Room for one read. Most connections are quiet; on a busy one a read should take many frames.
constexpr std::size_t kIdleRoom = 16U << 10;
constexpr std::size_t kBusyRoom = 128U << 10;

}  // namespace

ByteSpan FrameDecoder::room() {
  // What is left is less than one frame.
  if (m_begin > 0) std::memmove(m_buffer.data(), m_buffer.data() + m_begin, m_end - m_begin);
  m_end -= m_begin;
  m_begin = 0;
  const std::size_t wanted = m_end + (m_wasFull ? kBusyRoom : kIdleRoom);
  if (m_buffer.size() < wanted) m_buffer.resize(wanted);
  return ByteSpan(m_buffer).subspan(m_end);
}

void FrameDecoder::filled(std::size_t count) noexcept {
  m_end += count;
  m_wasFull = m_end == m_buffer.size();
}

Result<std::optional<Frame>> FrameDecoder::next() {
  wire::Reader in(ByteView(m_buffer).subspan(m_begin, m_end - m_begin));
  const auto type = static_cast<FrameType>(in.u8());
  const std::size_t length = in.u32be();
  if (!in.isOk()) return std::nullopt;
  if (length > m_maxPayload)
    return fail(ErrorCode::LimitExceeded,
                std::format("DERP frame of {} bytes, at most {} allowed", length, m_maxPayload));
  if (in.remaining() < length) return std::nullopt;
  const ByteSpan payload = ByteSpan(m_buffer).subspan(m_begin + kFrameHeaderSize, length);
  m_begin += kFrameHeaderSize + length;
  return Frame{type, payload};
}

void appendFrame(Bytes& out, FrameType type, ByteView head, ByteView body) {
  const std::size_t begin = out.size();
  out.resize(begin + kFrameHeaderSize + head.size() + body.size());
  wire::Writer writer(ByteSpan(out).subspan(begin));
  writer.u8(static_cast<std::uint8_t>(type));
  writer.u32be(static_cast<std::uint32_t>(head.size() + body.size()));
  writer.bytes(head);
  writer.bytes(body);
}

}  // namespace berth::tunnel::derp
