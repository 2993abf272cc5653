#include "core/base/Random.h"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstdlib>

namespace berth {

void fillRandom(ByteSpan out) noexcept {
  while (!out.empty()) {
    const ssize_t got = ::getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno != EINTR) std::abort();
    if (got > 0) out = out.subspan(static_cast<std::size_t>(got));
  }
}

std::string randomAlphanumeric(std::size_t length) {
  static constexpr std::string_view kAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  // Bytes at or above the last whole multiple are drawn again, so that each character is equally likely.
  constexpr unsigned kUsable = 256 - 256 % kAlphabet.size();
  std::string out;
  std::array<std::byte, 64> pool;
  while (out.size() < length) {
    fillRandom(pool);
    for (const std::byte b : pool) {
      const auto value = std::to_integer<unsigned>(b);
      if (value < kUsable && out.size() < length) out += kAlphabet[value % kAlphabet.size()];
    }
  }
  return out;
}

}  // namespace berth
