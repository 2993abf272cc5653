#include "tunnel/noise/Crypto.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <sodium.h>

#include <cstdlib>
#include <cstring>

namespace berth::tunnel::noise {

namespace {

constexpr std::size_t kBlockSize = 64;  // of BLAKE2s, for HMAC
constexpr std::size_t kNonceSize = 12;

unsigned char* octets(std::byte* data) { return reinterpret_cast<unsigned char*>(data); }
const unsigned char* octets(const std::byte* data) { return reinterpret_cast<const unsigned char*>(data); }

// OpenSSL fails here only without memory or without its algorithms: no tunnel can exist then.
void require(bool isFine) {
  if (!isFine) std::abort();
}

struct Algorithms {
  EVP_MD* blake2s = EVP_MD_fetch(nullptr, "BLAKE2S-256", nullptr);
  EVP_MAC* blake2sMac = EVP_MAC_fetch(nullptr, "BLAKE2SMAC", nullptr);
  EVP_CIPHER* chachaPoly = EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr);
  Algorithms() { require(blake2s != nullptr && blake2sMac != nullptr && chachaPoly != nullptr); }
};

const Algorithms& algorithms() {
  static const Algorithms all;
  return all;
}

template <auto Function>
struct Free {
  template <typename T>
  void operator()(T* object) const noexcept {
    Function(object);
  }
};
using DigestContext = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, Free<EVP_MAC_CTX_free>>;

template <typename... Parts>
Hash hashOf(const Parts&... parts) {
  thread_local const DigestContext context(EVP_MD_CTX_new());
  require(EVP_DigestInit_ex2(context.get(), algorithms().blake2s, nullptr) == 1);
  (require(EVP_DigestUpdate(context.get(), parts.data(), parts.size()) == 1), ...);
  Hash out;
  require(EVP_DigestFinal_ex(context.get(), octets(out.data()), nullptr) == 1);
  return out;
}

std::array<unsigned char, kNonceSize> nonceOf(std::uint64_t counter) {
  std::array<unsigned char, kNonceSize> nonce{};
  for (std::size_t i = 0; i < 8; ++i) nonce[4 + i] = static_cast<unsigned char>(counter >> (8 * i));
  return nonce;
}

EVP_CIPHER_CTX* newCipherContext(const SecretHash& key, Aead::Direction direction) {
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  const int encrypts = direction == Aead::Direction::Seal ? 1 : 0;
  require(context != nullptr && EVP_CipherInit_ex2(context, algorithms().chachaPoly, octets(key.bytes.data()), nullptr,
                                                   encrypts, nullptr) == 1);
  return context;
}

}  // namespace

Hash hash(ByteView a, ByteView b) { return hashOf(a, b); }

Mac mac(ByteView key, ByteView data) {
  thread_local const MacContext context(EVP_MAC_CTX_new(algorithms().blake2sMac));
  std::size_t size = kMacSize;
  const std::array<OSSL_PARAM, 2> parameters{OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
                                             OSSL_PARAM_construct_end()};
  Mac out;
  std::size_t written = 0;
  require(EVP_MAC_init(context.get(), octets(key.data()), key.size(), parameters.data()) == 1 &&
          EVP_MAC_update(context.get(), octets(data.data()), data.size()) == 1 &&
          EVP_MAC_final(context.get(), octets(out.data()), &written, out.size()) == 1 && written == out.size());
  return out;
}

SecretHash hmac(ByteView key, ByteView a, ByteView b) {
  require(key.size() <= kBlockSize);
  std::array<std::byte, kBlockSize> inner{};
  std::memcpy(inner.data(), key.data(), key.size());
  std::array<std::byte, kBlockSize> outer = inner;
  for (std::byte& value : inner) value ^= std::byte{0x36};
  for (std::byte& value : outer) value ^= std::byte{0x5c};
  const SecretHash innerHash(hashOf(inner, a, b));
  SecretHash out(hashOf(outer, innerHash.bytes));
  wipe(inner.data(), inner.size());
  wipe(outer.data(), outer.size());
  return out;
}

void Aead::Free::operator()(evp_cipher_ctx_st* context) const noexcept { EVP_CIPHER_CTX_free(context); }

Aead::Aead(const SecretHash& key, Direction direction) : m_context(newCipherContext(key, direction)) {}

void Aead::seal(std::uint64_t counter, ByteSpan out, std::size_t textSize) {
  const auto nonce = nonceOf(counter);
  unsigned char* const text = octets(out.data());
  int written = 0;
  require(out.size() >= textSize + kTagSize &&
          EVP_EncryptInit_ex2(m_context.get(), nullptr, nullptr, nonce.data(), nullptr) == 1 &&
          EVP_EncryptUpdate(m_context.get(), text, &written, text, static_cast<int>(textSize)) == 1 &&
          EVP_EncryptFinal_ex(m_context.get(), text + written, &written) == 1 &&
          EVP_CIPHER_CTX_ctrl(m_context.get(), EVP_CTRL_AEAD_GET_TAG, kTagSize, text + textSize) == 1);
}

bool Aead::open(std::uint64_t counter, ByteSpan sealed) {
  if (sealed.size() < kTagSize) return false;
  const auto nonce = nonceOf(counter);
  const std::size_t textSize = sealed.size() - kTagSize;
  unsigned char* const text = octets(sealed.data());
  int written = 0;
  require(EVP_DecryptInit_ex2(m_context.get(), nullptr, nullptr, nonce.data(), nullptr) == 1 &&
          EVP_CIPHER_CTX_ctrl(m_context.get(), EVP_CTRL_AEAD_SET_TAG, kTagSize, text + textSize) == 1);
  return EVP_DecryptUpdate(m_context.get(), text, &written, text, static_cast<int>(textSize)) == 1 &&
         EVP_DecryptFinal_ex(m_context.get(), text + written, &written) == 1;
}

void sealWithData(const SecretHash& key, ByteView text, ByteView data, ByteSpan out) {
  constexpr std::array<unsigned char, kNonceSize> kZeroNonce{};
  require(out.size() == text.size() + kTagSize);
  crypto_aead_chacha20poly1305_ietf_encrypt(octets(out.data()), nullptr, octets(text.data()), text.size(),
                                            octets(data.data()), data.size(), nullptr, kZeroNonce.data(),
                                            octets(key.bytes.data()));
}

bool openWithData(const SecretHash& key, ByteView sealed, ByteView data, ByteSpan text) {
  constexpr std::array<unsigned char, kNonceSize> kZeroNonce{};
  if (sealed.size() != text.size() + kTagSize) return false;
  return crypto_aead_chacha20poly1305_ietf_decrypt(octets(text.data()), nullptr, nullptr, octets(sealed.data()),
                                                   sealed.size(), octets(data.data()), data.size(), kZeroNonce.data(),
                                                   octets(key.bytes.data())) == 0;
}

void xSeal(const Hash& key, const XNonce& nonce, ByteView text, ByteView data, ByteSpan out) {
  require(out.size() == text.size() + kTagSize);
  crypto_aead_xchacha20poly1305_ietf_encrypt(octets(out.data()), nullptr, octets(text.data()), text.size(),
                                             octets(data.data()), data.size(), nullptr, octets(nonce.data()),
                                             octets(key.data()));
}

bool xOpen(const Hash& key, const XNonce& nonce, ByteView sealed, ByteView data, ByteSpan text) {
  if (sealed.size() != text.size() + kTagSize) return false;
  return crypto_aead_xchacha20poly1305_ietf_decrypt(octets(text.data()), nullptr, nullptr, octets(sealed.data()),
                                                    sealed.size(), octets(data.data()), data.size(),
                                                    octets(nonce.data()), octets(key.data())) == 0;
}

}  // namespace berth::tunnel::noise
