// Which relay region a node calls its home (reference/tailnet.md 6.7): the one that answers fastest, and not another
// for a small gain.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "core/base/Task.h"
#include "tunnel/node/RelayLink.h"

namespace berth::tunnel {

using Latencies = std::map<int, std::chrono::nanoseconds>;

// Regions with a relay; regions to avoid only when there is no other.
std::vector<int> candidateRegions(const wire::DerpMap& map);

// Nothing when no region has a relay. Without latencies the first candidate, so that there is always a home.
std::optional<int> chooseHome(const wire::DerpMap& map, const Latencies& latencies, std::optional<int> oldHome);

// Times GET /derp/latency-check of every candidate side by side, within a few seconds. Regions that don't answer are
// missing from the result.
Task<Latencies> measureLatencies(std::shared_ptr<const RelayEnvironment> environment, wire::DerpMap map);

}  // namespace berth::tunnel
