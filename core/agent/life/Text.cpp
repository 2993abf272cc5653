#include "core/agent/life/Text.h"

#include <cstdint>

namespace berth::agent {

namespace {

constexpr std::string_view kReplacement = "\xE2\x9D\x8C";

// The length of the well-formed sequence at the front; 0 for none (RFC 3629 4).
std::size_t sequenceLength(std::string_view text) {
  const auto byteAt = [&](std::size_t i) { return i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0; };
  const auto isTail = [&](std::size_t i, int low = 0x80, int high = 0xBF) {
    return byteAt(i) >= low && byteAt(i) <= high;
  };
  const int first = byteAt(0);
  if (first < 0x80) return first == 0 ? 0 : 1;
  if (first >= 0xC2 && first <= 0xDF) return isTail(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const int low = first == 0xE0 ? 0xA0 : 0x80;
    const int high = first == 0xED ? 0x9F : 0xBF;
    return isTail(1, low, high) && isTail(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const int low = first == 0xF0 ? 0x90 : 0x80;
    const int high = first == 0xF4 ? 0x8F : 0xBF;
    return isTail(1, low, high) && isTail(2) && isTail(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::string cleanText(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = sequenceLength(text);
    if (length == 0)
      clean += kReplacement;
    else
      clean += text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return clean;
}

}  // namespace berth::agent
