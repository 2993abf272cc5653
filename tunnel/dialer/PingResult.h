// What a ping below the tunnel says of the way to an agent.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "tunnel/wire/Address.h"

namespace berth::tunnel::dialer {

struct PingResult {
  std::chrono::nanoseconds roundTrip{};
  std::optional<wire::Endpoint> direct;  // the agent's address; nothing when the ping went over a relay
  int region = 0;                        // the relay
  std::string regionName;
};

}  // namespace berth::tunnel::dialer
