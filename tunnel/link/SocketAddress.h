// wire::Endpoint as the kernel wants it, and back.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "tunnel/wire/Address.h"

namespace berth::tunnel::link {

class SocketAddress {
 public:
  SocketAddress() = default;  // for the kernel to fill
  explicit SocketAddress(const wire::Endpoint& endpoint) noexcept;

  // Unspecified (all zero) for what is neither IPv4 nor IPv6.
  wire::Endpoint endpoint() const noexcept;

  sockaddr* data() noexcept { return reinterpret_cast<sockaddr*>(&m_storage); }
  socklen_t size() const noexcept { return m_size; }
  static constexpr socklen_t kCapacity = sizeof(sockaddr_in6);

 private:
  sockaddr_in6 m_storage{};  // the larger of the two
  socklen_t m_size = kCapacity;
};

// For addresses that are not in a SocketAddress, as getifaddrs() gives them.
wire::Endpoint endpointOf(const sockaddr& address) noexcept;

}  // namespace berth::tunnel::link
