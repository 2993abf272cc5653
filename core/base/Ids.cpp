#include "core/base/Ids.h"

#include <algorithm>

#include "core/base/Random.h"

namespace berth {

namespace {
constexpr std::size_t kTextLength = 36;
constexpr bool isDashPosition(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }
}  // namespace

Uuid Uuid::random() {
  std::array<std::byte, kSize> bytes;
  fillRandom(bytes);
  bytes[6] = (bytes[6] & std::byte{0x0f}) | std::byte{0x40};
  bytes[8] = (bytes[8] & std::byte{0x3f}) | std::byte{0x80};
  return Uuid(bytes);
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != kTextLength) return std::nullopt;
  std::string digits;
  digits.reserve(kSize * 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (isDashPosition(i) != (text[i] == '-')) return std::nullopt;
    if (text[i] != '-') digits += text[i];
  }
  auto bytes = parseHex(digits);
  return bytes ? fromBytes(*bytes) : std::nullopt;
}

std::optional<Uuid> Uuid::fromBytes(ByteView bytes) {
  if (bytes.size() != kSize) return std::nullopt;
  std::array<std::byte, kSize> copy;
  std::ranges::copy(bytes, copy.begin());
  return Uuid(copy);
}

std::string Uuid::toString() const {
  std::string text = toHex(m_bytes);
  for (const std::size_t position : {8U, 13U, 18U, 23U}) text.insert(position, 1, '-');
  return text;
}

}  // namespace berth
