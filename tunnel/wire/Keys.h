// Curve25519 keys of the tailnet (reference/tailnet.md 3.1). The kinds cannot be mixed up:
//   Node   the WireGuard static key and the address of a peer at a relay; text "nodekey:" + 64 hex,
//          protobuf "np" + 32 bytes
//   Disco  the key of path discovery; text "discokey:" + 64 hex, also in protobuf
//   Relay  the key of a DERP relay; text 64 hex
// Private keys are wiped when destroyed and can be neither printed nor compared.
#pragma once

#include <array>
#include <compare>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/Bytes.h"
#include "core/base/Random.h"
#include "core/base/Secret.h"

namespace berth::tunnel::wire {

inline constexpr std::size_t kKeySize = 32;
using KeyBytes = std::array<std::byte, kKeySize>;

// X25519 (RFC 7748). scalarMultiply gives nothing for a low-order point, whose result would be all zero.
KeyBytes scalarMultiplyBase(const KeyBytes& scalar) noexcept;
std::optional<KeyBytes> scalarMultiply(const KeyBytes& scalar, const KeyBytes& point) noexcept;
void clamp(KeyBytes& scalar) noexcept;

namespace detail {
std::string keyText(std::string_view prefix, const KeyBytes& bytes);
std::optional<KeyBytes> parseKeyText(std::string_view prefix, std::string_view text);
}  // namespace detail

template <typename Kind>
class PublicKey {
 public:
  constexpr PublicKey() = default;  // all zero: no key
  explicit constexpr PublicKey(const KeyBytes& bytes) noexcept : m_bytes(bytes) {}

  static std::optional<PublicKey> fromBytes(ByteView bytes) {
    if (bytes.size() != kKeySize) return std::nullopt;
    PublicKey key;
    std::memcpy(key.m_bytes.data(), bytes.data(), kKeySize);
    return key;
  }
  static std::optional<PublicKey> parse(std::string_view text) {
    const auto bytes = detail::parseKeyText(Kind::kTextPrefix, text);
    return bytes ? std::optional(PublicKey(*bytes)) : std::nullopt;
  }

  std::string toString() const { return detail::keyText(Kind::kTextPrefix, m_bytes); }
  const KeyBytes& bytes() const noexcept { return m_bytes; }
  bool isZero() const noexcept { return *this == PublicKey(); }
  auto operator<=>(const PublicKey&) const = default;

 private:
  KeyBytes m_bytes{};
};

template <typename Kind>
class PrivateKey {
 public:
  static PrivateKey generate(Rng& rng) {
    PrivateKey key;
    rng.fill(key.m_bytes);
    clamp(key.m_bytes);
    return key;
  }
  static PrivateKey fromBytes(const KeyBytes& bytes) noexcept {
    PrivateKey key;
    key.m_bytes = bytes;
    clamp(key.m_bytes);
    return key;
  }
  PrivateKey(const PrivateKey&) = default;
  PrivateKey& operator=(const PrivateKey&) = default;
  ~PrivateKey() { wipe(m_bytes.data(), m_bytes.size()); }

  PublicKey<Kind> publicKey() const noexcept { return PublicKey<Kind>(scalarMultiplyBase(m_bytes)); }

  // The only way to the bytes; grep for it to find every use.
  const KeyBytes& reveal() const noexcept { return m_bytes; }

  bool operator==(const PrivateKey&) const = delete;

 private:
  PrivateKey() = default;
  KeyBytes m_bytes{};
};

struct NodeKind {
  static constexpr std::string_view kTextPrefix = "nodekey:";
};
struct DiscoKind {
  static constexpr std::string_view kTextPrefix = "discokey:";
};
struct RelayKind {
  static constexpr std::string_view kTextPrefix = "";
};

using NodePublic = PublicKey<NodeKind>;
using NodePrivate = PrivateKey<NodeKind>;
using DiscoPublic = PublicKey<DiscoKind>;
using DiscoPrivate = PrivateKey<DiscoKind>;
using RelayPublic = PublicKey<RelayKind>;
using RelayPrivate = PrivateKey<RelayKind>;

// The protobuf form of a node key, 34 bytes.
std::string toProto(const NodePublic& key);
std::optional<NodePublic> nodePublicFromProto(ByteView bytes);

}  // namespace berth::tunnel::wire

template <typename Kind>
struct std::hash<berth::tunnel::wire::PublicKey<Kind>> {
  // Public keys are as good as random, but a peer chooses its own: all bytes go in.
  std::size_t operator()(const berth::tunnel::wire::PublicKey<Kind>& key) const noexcept {
    return std::hash<std::string_view>{}(berth::asText(key.bytes()));
  }
};
