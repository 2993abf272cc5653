// How workspace agents are reached, for user interfaces. Stated here, implemented by the tunnel, handed on by app.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/Ids.h"

namespace berth {

// The way to one agent at one moment.
struct AgentConnection {
  enum class Path { Connecting, Direct, Relayed };

  AgentId agent;
  Path path = Path::Connecting;
  std::string address;                              // of a direct path: "192.0.2.1:41641"
  std::string relay;                                // the name of the relay region, used or in reserve
  std::optional<std::chrono::nanoseconds> latency;  // round trip, as last measured
  std::int64_t receiveRate = 0;                     // bytes per second over the last second, as on the wire
  std::int64_t sendRate = 0;
  std::size_t openStreams = 0;

  bool operator==(const AgentConnection&) const = default;
};

class TunnelStatus {
 public:
  using Observer = std::function<void(const std::vector<AgentConnection>&)>;
  virtual ~TunnelStatus() = default;

  // `observer` is called about once a second while any agent is in use or was lately, and a last time with nothing; on
  // the tunnel's executor. Until the tunnel ends, or another observer is set.
  virtual void setObserver(Observer observer) = 0;
};

}  // namespace berth
