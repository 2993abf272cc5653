// Addresses of the overlay in their wire forms, and UDP endpoints of the network below it.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/Bytes.h"
#include "core/base/Ids.h"
#include "core/base/Ipv6.h"
#include "core/base/Random.h"

namespace berth::tunnel::wire {

using berth::Ipv6;  // core/base: also the derivation from a peer's UUID

Ipv6 mappedV4(const std::array<std::uint8_t, 4>& octets);  // ::ffff:a.b.c.d
bool isV4Mapped(const Ipv6& address) noexcept;
bool isLinkLocal(const Ipv6& address) noexcept;      // fe80::/10
bool isLoopback(const Ipv6& address) noexcept;       // 127.0.0.0/8, ::1
bool isPrivate(const Ipv6& address) noexcept;        // RFC 1918, fc00::/7
bool isInsideTailnet(const Ipv6& address) noexcept;  // the prefixes of reference/tailnet.md 3.2

// The overlay address of a client, which has no UUID (reference/tailnet.md 3.2).
Ipv6 randomTailnetAddress(Rng& rng);

// Node.id of a peer with a UUID: its last 8 bytes as a signed number, made positive.
std::int64_t nodeIdOf(const Uuid& id);

// "fd7a:…/128", the form of addresses and allowed IPs in Node messages. Parsing takes /128 only.
std::string toHostPrefix(const Ipv6& address);
std::optional<Ipv6> parseHostPrefix(std::string_view text);

// An address and port of the underlying network, IPv4 in its mapped form. Text "192.0.2.1:41641",
// "[2001:db8::1]:41641".
struct Endpoint {
  Ipv6 address;
  std::uint16_t port = 0;

  static std::optional<Endpoint> parse(std::string_view text);
  std::string toString() const;
  auto operator<=>(const Endpoint&) const = default;
};

// How a relay region is written where an endpoint is wanted: 127.3.3.40:region (reference/tailnet.md 2.8).
Endpoint relayEndpoint(int region);

}  // namespace berth::tunnel::wire

template <>
struct std::hash<berth::tunnel::wire::Endpoint> {
  std::size_t operator()(const berth::tunnel::wire::Endpoint& endpoint) const noexcept {
    return std::hash<berth::Ipv6>{}(endpoint.address) ^ (std::size_t{endpoint.port} << 17);
  }
};
