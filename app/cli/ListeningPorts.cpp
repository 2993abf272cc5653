#include "app/cli/ListeningPorts.h"

#include <algorithm>

namespace berth::cli {

namespace {

constexpr std::int64_t kLastPort = 65'535;

}  // namespace

PortChanges ListeningPorts::update(const std::vector<api::WorkspaceAgentListeningPort>& list) {
  std::map<std::uint16_t, ListeningPort> now;
  for (const auto& each : list) {
    if (each.network != "tcp" || each.port <= 0 || each.port > kLastPort) continue;
    const auto port = static_cast<std::uint16_t>(each.port);
    now.emplace(port, ListeningPort{.port = port, .process = each.process_name});
  }
  PortChanges changes;
  std::erase_if(m_known, [&](const auto& known) {
    if (now.contains(known.first)) return false;
    changes.gone.push_back(known.second);
    return true;
  });
  const auto isOurs = [this](std::uint16_t port) {
    return std::ranges::any_of(m_known, [port](const auto& known) { return known.second.localPort == port; });
  };
  for (const auto& [port, listening] : now)
    if (!m_known.contains(port) && !m_reserved.contains(port) && !isOurs(port)) changes.appeared.push_back(listening);
  for (const auto& each : changes.appeared) m_known.emplace(each.port, each);
  return changes;
}

}  // namespace berth::cli
