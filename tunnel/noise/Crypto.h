// The primitives of WireGuard (reference/tailnet.md 2.2) over OpenSSL and libsodium. Algorithms are fetched once per
// process; an Aead keeps its key schedule, so sealing a packet sets a nonce and makes one pass over one flat buffer.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "core/base/Bytes.h"
#include "core/base/Secret.h"
#include "tunnel/wire/Keys.h"

struct evp_cipher_ctx_st;

namespace berth::tunnel::noise {

inline constexpr std::size_t kHashSize = 32;
inline constexpr std::size_t kMacSize = 16;
inline constexpr std::size_t kTagSize = 16;
using Hash = std::array<std::byte, kHashSize>;
using Mac = std::array<std::byte, kMacSize>;

// A key or chaining value: wiped when it goes.
struct SecretHash {
  Hash bytes{};
  SecretHash() = default;
  explicit SecretHash(const Hash& value) : bytes(value) {}
  SecretHash(const SecretHash&) = default;
  SecretHash& operator=(const SecretHash&) = default;
  ~SecretHash() { wipe(bytes.data(), bytes.size()); }
};

Hash hash(ByteView a, ByteView b = {});                      // HASH(a || b), BLAKE2s-256
Mac mac(ByteView key, ByteView data);                        // MAC(key, data), keyed BLAKE2s-128; key at most 32 bytes
SecretHash hmac(ByteView key, ByteView a, ByteView b = {});  // HMAC(key, a || b), RFC 2104 over BLAKE2s-256

// KDFn(key, input)
template <std::size_t N>
std::array<SecretHash, N> kdf(const SecretHash& key, ByteView input) {
  const SecretHash prk = hmac(key.bytes, input);
  std::array<SecretHash, N> out;
  ByteView previous;
  for (std::size_t i = 0; i < N; ++i) {
    const std::array<std::byte, 1> counter{static_cast<std::byte>(i + 1)};
    out[i] = hmac(prk.bytes, previous, counter);
    previous = out[i].bytes;
  }
  return out;
}

// ChaCha20-Poly1305 (RFC 8439) with one key in one direction; the nonce is a counter (4 zero bytes, u64 LE).
class Aead {
 public:
  enum class Direction { Seal, Open };
  Aead(const SecretHash& key, Direction direction);

  // Encrypts `text` in place and writes the tag behind it: `out` is text plus kTagSize bytes of room.
  void seal(std::uint64_t counter, ByteSpan out, std::size_t textSize);
  // Decrypts all but the last kTagSize bytes in place; false (and rubbish in the buffer) if the tag does not fit.
  [[nodiscard]] bool open(std::uint64_t counter, ByteSpan sealed);

 private:
  struct Free {
    void operator()(evp_cipher_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_cipher_ctx_st, Free> m_context;
};

// One-shot forms with associated data, for handshakes; nonce counter zero.
void sealWithData(const SecretHash& key, ByteView text, ByteView data, ByteSpan out);  // out: text + tag
[[nodiscard]] bool openWithData(const SecretHash& key, ByteView sealed, ByteView data, ByteSpan text);

// XChaCha20-Poly1305, for cookie replies.
inline constexpr std::size_t kXNonceSize = 24;
using XNonce = std::array<std::byte, kXNonceSize>;
void xSeal(const Hash& key, const XNonce& nonce, ByteView text, ByteView data, ByteSpan out);
[[nodiscard]] bool xOpen(const Hash& key, const XNonce& nonce, ByteView sealed, ByteView data, ByteSpan text);

}  // namespace berth::tunnel::noise
