#include "tunnel/wire/Keys.h"

#include <sodium.h>

namespace berth::tunnel::wire {

namespace {

constexpr std::string_view kProtoPrefix = "np";

unsigned char* asOctets(KeyBytes& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }
const unsigned char* asOctets(const KeyBytes& bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

}  // namespace

KeyBytes scalarMultiplyBase(const KeyBytes& scalar) noexcept {
  KeyBytes out;
  crypto_scalarmult_base(asOctets(out), asOctets(scalar));
  return out;
}

std::optional<KeyBytes> scalarMultiply(const KeyBytes& scalar, const KeyBytes& point) noexcept {
  KeyBytes out;
  if (crypto_scalarmult(asOctets(out), asOctets(scalar), asOctets(point)) != 0) return std::nullopt;
  return out;
}

// RFC 7748 5
void clamp(KeyBytes& scalar) noexcept {
  scalar[0] &= std::byte{0xf8};
  scalar[31] &= std::byte{0x7f};
  scalar[31] |= std::byte{0x40};
}

namespace detail {

std::string keyText(std::string_view prefix, const KeyBytes& bytes) { return std::string(prefix) + toHex(bytes); }

std::optional<KeyBytes> parseKeyText(std::string_view prefix, std::string_view text) {
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  if (text.size() != 2 * kKeySize) return std::nullopt;
  const auto parsed = parseHex(text);
  if (!parsed) return std::nullopt;
  KeyBytes out{};
  std::ranges::copy(*parsed, out.begin());
  return out;
}

}  // namespace detail

std::string toProto(const NodePublic& key) { return std::string(kProtoPrefix) + std::string(asText(key.bytes())); }

std::optional<NodePublic> nodePublicFromProto(ByteView bytes) {
  if (!asText(bytes).starts_with(kProtoPrefix)) return std::nullopt;
  return NodePublic::fromBytes(bytes.subspan(kProtoPrefix.size()));
}

}  // namespace berth::tunnel::wire
