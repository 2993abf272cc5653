// Addresses of this machine under which a peer might reach it (reference/tailnet.md 6.5).
#pragma once

#include <vector>

#include "tunnel/wire/Address.h"

namespace berth::tunnel::link {

inline constexpr std::size_t kMaxLocalAddresses = 32;

// Of all the addresses of interfaces that are up, those worth telling: no IPv6 link-local, none inside a tailnet;
// loopback and IPv4 link-local only when there is nothing else. IPv4 in its mapped form. Sorted.
std::vector<Ipv6> worthTelling(std::vector<Ipv6> addresses);

// Those of this machine now. Empty when the system does not say.
std::vector<Ipv6> localAddresses();

}  // namespace berth::tunnel::link
