// Which transport counters have been seen (RFC 6479; reference/tailnet.md 2.7): a ring of 128 words of 64 bits, of
// which one is always being filled, so 8128 counters behind the highest are remembered.
#pragma once

#include <array>
#include <cstdint>

namespace berth::tunnel::noise {

class ReplayWindow {
 public:
  static constexpr std::uint64_t kSize = 127 * 64;

  // Takes note of an authenticated counter. False if it was seen before, is too old, or is past the limit of a key.
  bool accept(std::uint64_t counter) noexcept;

 private:
  static constexpr std::uint64_t kWords = 128;
  static constexpr std::uint64_t kBitsPerWord = 64;
  std::array<std::uint64_t, kWords> m_ring{};
  std::uint64_t m_highest = 0;
};

}  // namespace berth::tunnel::noise
