#include "core/agent/sftp/Packet.h"

namespace berth::agent::sftp {

ByteView Reader::take(std::size_t count) {
  if (!m_isGood || m_rest.size() < count) {
    m_isGood = false;
    m_rest = {};
    return {};
  }
  const ByteView taken = m_rest.first(count);
  m_rest = m_rest.subspan(count);
  return taken;
}

std::uint8_t Reader::readU8() {
  const ByteView bytes = take(1);
  return bytes.empty() ? std::uint8_t{0} : std::to_integer<std::uint8_t>(bytes[0]);
}

std::uint32_t Reader::readU32() {
  std::uint32_t value = 0;
  for (const std::byte byte : take(4)) value = value << 8 | std::to_integer<std::uint32_t>(byte);
  return value;
}

std::uint64_t Reader::readU64() {
  std::uint64_t value = 0;
  for (const std::byte byte : take(8)) value = value << 8 | std::to_integer<std::uint64_t>(byte);
  return value;
}

std::string_view Reader::readString() { return asText(take(readU32())); }

Writer::Writer(Bytes& out, Type type) : m_out(out), m_begin(out.size()) {
  writeU32(0);
  writeU8(static_cast<std::uint8_t>(type));
}

void Writer::writeU8(std::uint8_t value) { m_out.push_back(static_cast<std::byte>(value)); }

void Writer::writeU32(std::uint32_t value) {
  m_out.resize(m_out.size() + 4);
  patchU32(m_out.size() - 4, value);
}

void Writer::writeU64(std::uint64_t value) {
  writeU32(static_cast<std::uint32_t>(value >> 32));
  writeU32(static_cast<std::uint32_t>(value));
}

void Writer::writeString(std::string_view text) {
  writeU32(static_cast<std::uint32_t>(text.size()));
  const ByteView bytes = asBytes(text);
  m_out.insert(m_out.end(), bytes.begin(), bytes.end());
}

std::byte* Writer::reserveString(std::size_t size) {
  writeU32(0);
  m_stringAt = m_out.size();
  m_out.resize(m_stringAt + size);
  return m_out.data() + m_stringAt;
}

void Writer::shrinkString(std::size_t size) {
  m_out.resize(m_stringAt + size);
  patchU32(m_stringAt - 4, static_cast<std::uint32_t>(size));
}

void Writer::finish() {
  if (std::exchange(m_isFinished, true)) return;
  patchU32(m_begin, static_cast<std::uint32_t>(m_out.size() - m_begin - 4));
}

void Writer::patchU32(std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) m_out[at + i] = static_cast<std::byte>(value >> (24 - 8 * i));
}

}  // namespace berth::agent::sftp
