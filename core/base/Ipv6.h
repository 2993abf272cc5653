// IPv6 addresses, and those that the tailnet derives from a peer's UUID.
#pragma once

#include <array>
#include <compare>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/Bytes.h"
#include "core/base/Ids.h"

namespace berth {

struct Ipv6 {
  std::array<std::byte, 16> bytes{};

  static std::optional<Ipv6> parse(std::string_view text);
  static std::optional<Ipv6> fromBytes(ByteView bytes);  // exactly 16
  std::string toString() const;                          // RFC 5952

  auto operator<=>(const Ipv6&) const = default;
};

// The UUID with its first six bytes replaced by a prefix (reference/tailnet.md 3.2).
Ipv6 tailnetAddress(const Uuid& peer);       // fd7a:115c:a1e0::/48, what clients dial
Ipv6 coderServiceAddress(const Uuid& peer);  // fd60:627a:a42b::/48, Coder Connect

}  // namespace berth

template <>
struct std::hash<berth::Ipv6> {
  std::size_t operator()(const berth::Ipv6& address) const noexcept {
    return std::hash<std::string_view>{}(berth::asText(address.bytes));
  }
};
