#include "core/base/Ipv6.h"

#include <arpa/inet.h>

#include <algorithm>

namespace berth {

namespace {

constexpr std::array<unsigned char, 6> kTailnetPrefix{0xfd, 0x7a, 0x11, 0x5c, 0xa1, 0xe0};
constexpr std::array<unsigned char, 6> kCoderServicePrefix{0xfd, 0x60, 0x62, 0x7a, 0xa4, 0x2b};

Ipv6 withPrefix(const Uuid& peer, const std::array<unsigned char, 6>& prefix) {
  Ipv6 address;
  std::ranges::copy(peer.bytes(), address.bytes.begin());
  std::ranges::transform(prefix, address.bytes.begin(), [](unsigned char c) { return std::byte{c}; });
  return address;
}

}  // namespace

std::optional<Ipv6> Ipv6::parse(std::string_view text) {
  Ipv6 address;
  if (inet_pton(AF_INET6, std::string(text).c_str(), address.bytes.data()) != 1) return std::nullopt;
  return address;
}

std::optional<Ipv6> Ipv6::fromBytes(ByteView bytes) {
  Ipv6 address;
  if (bytes.size() != address.bytes.size()) return std::nullopt;
  std::ranges::copy(bytes, address.bytes.begin());
  return address;
}

std::string Ipv6::toString() const {
  std::array<char, INET6_ADDRSTRLEN> text;
  return inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
}

Ipv6 tailnetAddress(const Uuid& peer) { return withPrefix(peer, kTailnetPrefix); }
Ipv6 coderServiceAddress(const Uuid& peer) { return withPrefix(peer, kCoderServicePrefix); }

}  // namespace berth
