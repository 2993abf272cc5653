// lwIP's headers and address type for this folder's .cpp files.
#pragma once

#include <lwip/init.h>
#include <lwip/ip6.h>
#include <lwip/netif.h>
#include <lwip/pbuf.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/tcp.h>

#include <cstring>

#include "tunnel/wire/Address.h"

namespace berth::tunnel::netstack {

inline ip6_addr_t toLwip(const wire::Ipv6& address) noexcept {
  ip6_addr_t out;
  std::memcpy(out.addr, address.bytes.data(), sizeof(out.addr));
  return out;
}
inline wire::Ipv6 fromLwip(const ip6_addr_t& address) noexcept {
  wire::Ipv6 out;
  std::memcpy(out.bytes.data(), address.addr, sizeof(address.addr));
  return out;
}

}  // namespace berth::tunnel::netstack
