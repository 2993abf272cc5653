#include "core/server/DockerBridge.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <array>
#include <memory>
#include <string_view>

namespace berth::server {

namespace {

constexpr std::string_view kBridgeName = "docker0";

}  // namespace

std::optional<std::string> dockerBridgeAddress() {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return std::nullopt;
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> all(first, ::freeifaddrs);
  for (const auto* entry = first; entry != nullptr; entry = entry->ifa_next) {
    if (kBridgeName != entry->ifa_name || entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != AF_INET) continue;
    const auto* address = reinterpret_cast<const sockaddr_in*>(entry->ifa_addr);
    std::array<char, INET_ADDRSTRLEN> text{};
    if (::inet_ntop(AF_INET, &address->sin_addr, text.data(), text.size()) != nullptr) return text.data();
  }
  return std::nullopt;
}

}  // namespace berth::server
