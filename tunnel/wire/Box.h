// NaCl crypto_box (X25519, XSalsa20-Poly1305) between two fixed keys. The Diffie-Hellman step is done once, at
// construction (reference/performance.md 1: 40 us against 2 us per box).
#pragma once

#include <array>
#include <optional>

#include "core/base/Bytes.h"
#include "core/base/Secret.h"
#include "tunnel/wire/Keys.h"

namespace berth::tunnel::wire {

class Box {
 public:
  static constexpr std::size_t kNonceSize = 24;
  static constexpr std::size_t kOverhead = 16;  // the tag, in front of the ciphertext
  using Nonce = std::array<std::byte, kNonceSize>;

  // Nothing if `theirs` is a low-order point, with which no secret can be shared.
  template <typename Own, typename Theirs>
  static std::optional<Box> make(const PrivateKey<Own>& own, const PublicKey<Theirs>& theirs) {
    return makeFrom(own.reveal(), theirs.bytes());
  }

  Box(const Box&) = default;
  Box& operator=(const Box&) = default;
  ~Box() { wipe(m_shared.data(), m_shared.size()); }

  Bytes seal(ByteView plain, const Nonce& nonce) const;
  std::optional<Bytes> open(ByteView sealed, const Nonce& nonce) const;

 private:
  Box() = default;
  static std::optional<Box> makeFrom(const KeyBytes& own, const KeyBytes& theirs);
  KeyBytes m_shared{};
};

}  // namespace berth::tunnel::wire
