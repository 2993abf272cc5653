#include "tunnel/link/SocketAddress.h"

#include <cstring>

namespace berth::tunnel::link {

namespace {

constexpr std::size_t kMappedPrefix = 12;  // ::ffff:0:0/96

}  // namespace

SocketAddress::SocketAddress(const wire::Endpoint& endpoint) noexcept {
  if (wire::isV4Mapped(endpoint.address)) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    std::memcpy(&v4.sin_addr, endpoint.address.bytes.data() + kMappedPrefix, sizeof(v4.sin_addr));
    std::memcpy(&m_storage, &v4, sizeof(v4));
    m_size = sizeof(v4);
    return;
  }
  m_storage.sin6_family = AF_INET6;
  m_storage.sin6_port = htons(endpoint.port);
  std::memcpy(&m_storage.sin6_addr, endpoint.address.bytes.data(), sizeof(m_storage.sin6_addr));
}

wire::Endpoint SocketAddress::endpoint() const noexcept {
  return endpointOf(reinterpret_cast<const sockaddr&>(m_storage));
}

wire::Endpoint endpointOf(const sockaddr& address) noexcept {
  wire::Endpoint endpoint;
  if (address.sa_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &address, sizeof(v4));
    endpoint.address = wire::mappedV4({});
    std::memcpy(endpoint.address.bytes.data() + kMappedPrefix, &v4.sin_addr, sizeof(v4.sin_addr));
    endpoint.port = ntohs(v4.sin_port);
  } else if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &address, sizeof(v6));
    std::memcpy(endpoint.address.bytes.data(), &v6.sin6_addr, sizeof(v6.sin6_addr));
    endpoint.port = ntohs(v6.sin6_port);
  }
  return endpoint;
}

}  // namespace berth::tunnel::link
