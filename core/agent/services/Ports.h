// TCP ports that programs of the workspace listen on (reference/agent-and-ide.md 5.3).
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace berth::agent {

struct ListeningPort {
  std::string processName;  // empty when it may not be read
  std::uint16_t port = 0;

  bool operator==(const ListeningPort&) const = default;
};

struct ListeningSocket {
  std::uint16_t port;
  std::uint64_t inode;
};

// The listening entries of /proc/net/tcp or tcp6.
std::vector<ListeningSocket> parseSocketTable(std::string_view table);

inline constexpr std::uint16_t kFirstUserPort = 9;  // below are the tunnel's own (reference/tailnet.md 3.3)

// IPv4 and IPv6, each port once, in order. Empty where there is no procfs.
std::vector<ListeningPort> listeningPorts(const std::set<std::uint16_t>& hidden);

// {"ports": [{"process_name": ..., "network": "tcp", "port": ...}]}
std::string toJson(const std::vector<ListeningPort>& ports);

}  // namespace berth::agent
