// Randomness from the operating system. Protocol code takes an Rng instead, so that tests can fix it.
#pragma once

#include <string>

#include "core/base/Bytes.h"

namespace berth {

// Fills from getrandom(2); aborts the process if the kernel has none to give.
void fillRandom(ByteSpan out) noexcept;

// `length` characters of [0-9A-Za-z], for keys and tokens.
std::string randomAlphanumeric(std::size_t length);

class Rng {
 public:
  virtual ~Rng() = default;
  virtual void fill(ByteSpan out) = 0;
};

class SystemRng final : public Rng {
 public:
  void fill(ByteSpan out) override { fillRandom(out); }
};

}  // namespace berth
