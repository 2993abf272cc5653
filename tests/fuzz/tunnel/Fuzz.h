// Two fixed keys and reproducible randomness for fuzz targets.
#pragma once

#include <algorithm>
#include <cstdlib>

#include "tunnel/wire/Keys.h"

namespace berth::fuzz {

struct FixedRng final : Rng {
  void fill(ByteSpan out) override {
    for (std::byte& b : out) b = static_cast<std::byte>(m_next++);
  }

 private:
  unsigned m_next = 0;
};

template <typename Key>
Key fixedKey(int number) {
  tunnel::wire::KeyBytes bytes;
  bytes.fill(static_cast<std::byte>(number));
  return Key::fromBytes(bytes);
}

inline ByteView input(const std::uint8_t* data, std::size_t size) { return std::as_bytes(std::span(data, size)); }

inline void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace berth::fuzz
