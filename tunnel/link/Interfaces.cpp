#include "tunnel/link/Interfaces.h"

#include <ifaddrs.h>
#include <net/if.h>

#include "tunnel/link/SocketAddress.h"

namespace berth::tunnel::link {

namespace {

constexpr std::size_t kMappedPrefix = 12;  // ::ffff:0:0/96

bool isLastResort(const Ipv6& address) {
  if (wire::isLoopback(address)) return true;
  return wire::isV4Mapped(address) && address.bytes[kMappedPrefix] == std::byte{169} &&
         address.bytes[kMappedPrefix + 1] == std::byte{254};  // RFC 3927
}

}  // namespace

std::vector<Ipv6> worthTelling(std::vector<Ipv6> addresses) {
  std::erase_if(addresses, [](const Ipv6& address) {
    return (wire::isLinkLocal(address) && !wire::isV4Mapped(address)) || wire::isInsideTailnet(address);
  });
  if (std::ranges::any_of(addresses, std::not_fn(isLastResort))) std::erase_if(addresses, isLastResort);
  std::ranges::sort(addresses);
  addresses.erase(std::ranges::unique(addresses).begin(), addresses.end());
  if (addresses.size() > kMaxLocalAddresses) addresses.resize(kMaxLocalAddresses);
  return addresses;
}

std::vector<Ipv6> localAddresses() {
  std::vector<Ipv6> found;
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return found;
  for (const ifaddrs* each = first; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr || (each->ifa_flags & IFF_UP) == 0) continue;
    if (each->ifa_addr->sa_family != AF_INET && each->ifa_addr->sa_family != AF_INET6) continue;
    found.push_back(endpointOf(*each->ifa_addr).address);
  }
  ::freeifaddrs(first);
  return worthTelling(std::move(found));
}

}  // namespace berth::tunnel::link
