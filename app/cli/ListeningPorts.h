// `port-forward --auto`: what changes in the ports that programs of a workspace listen on, and which local port leads
// to each. Pure; the command asks the server and does the forwarding.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/api/Agents.h"

namespace berth::cli {

struct ListeningPort {
  std::uint16_t port = 0;
  std::string process = {};     // empty when the agent may not know
  std::uint16_t localPort = 0;  // 0: not forwarded

  bool operator==(const ListeningPort&) const = default;
};

struct PortChanges {
  std::vector<ListeningPort> appeared;
  std::vector<ListeningPort> gone;
};

class ListeningPorts {
 public:
  // `reserved` are ports of the workspace that are forwarded anyway.
  explicit ListeningPorts(std::set<std::uint16_t> reserved) : m_reserved(std::move(reserved)) {}

  // What changed since the last list. A port on which one of our own forwards listens does not count: when the
  // workspace is this very machine each forward would bring the next.
  PortChanges update(const std::vector<api::WorkspaceAgentListeningPort>& list);

  // Where one that appeared is forwarded from.
  void setLocalPort(std::uint16_t port, std::uint16_t localPort) { m_known.at(port).localPort = localPort; }

 private:
  std::set<std::uint16_t> m_reserved;
  std::map<std::uint16_t, ListeningPort> m_known;
};

}  // namespace berth::cli
