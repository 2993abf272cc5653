// The speed test of tunnel port 3 (reference/tailnet.md 3.6):
//   client:  {"version":2,"time":<nanoseconds>,"direction":0|1}\n     0: agent sends, 1: client sends
//   agent:   {}\n, or {"error":"..."}\n
//   then the sending side writes blocks of 2 MiB for that time and ends its direction.
#pragma once

#include <chrono>
#include <memory>
#include <string_view>

#include "core/base/Stream.h"

namespace berth::agent {

inline constexpr std::size_t kSpeedtestBlock = 2U << 20;

struct SpeedtestRequest {
  std::chrono::nanoseconds duration{0};
  bool agentSends = true;
};

Result<SpeedtestRequest> parseSpeedtestRequest(std::string_view line);

// Serves one test.
Task<void> serveSpeedtest(std::unique_ptr<Stream> stream);

}  // namespace berth::agent
