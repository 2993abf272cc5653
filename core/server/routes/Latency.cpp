#include "core/server/routes/Latency.h"

#include "core/server/DerpMap.h"
#include "core/server/coordinator/Coordinator.h"

namespace berth::server::routes {

namespace {

constexpr double kMillisecondsPerSecond = 1000;

}  // namespace

void addLatency(const Services& services, api::WorkspaceAgent& agent) {
  if (!services.coordinator || agent.status != AgentStatus::Connected) return;
  const auto network = services.coordinator->networkOf(agent.id);
  if (!network) return;
  const auto regions = embeddedDerpMap(services.deployment.relay()).Regions;
  std::map<std::string, api::DerpRegionLatency> latency;
  // Keys are "<region>-v4" and "<region>-v6".
  for (const auto& [key, seconds] : network->derpLatency) {
    const std::string region = key.substr(0, key.find('-'));
    const auto known = regions.find(region);
    if (known == regions.end()) continue;
    latency[known->second.RegionName] = {region == std::to_string(network->preferredDerp),
                                         seconds * kMillisecondsPerSecond};
  }
  agent.latency = api::omitEmpty(std::move(latency));
}

void addLatency(const Services& services, api::WorkspaceBuild& build) {
  for (auto& resource : build.resources) {
    if (!resource.agents) continue;
    for (auto& agent : *resource.agents) addLatency(services, agent);
  }
}

}  // namespace berth::server::routes
