// Time comes in from outside, so that tests can move it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace berth {

using WallTime = std::chrono::sys_time<std::chrono::microseconds>;  // UTC, for people and databases
// "No time": what Go peers send for an unset timestamp, 0001-01-01T00:00:00Z.
inline constexpr WallTime kNoTime{std::chrono::sys_days{std::chrono::year{1} / std::chrono::January / 1}};

using TimePoint = std::chrono::steady_clock::time_point;  // monotonic, for timers

class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime wallNow() const = 0;
  virtual TimePoint now() const = 0;
};

class SystemClock final : public Clock {
 public:
  WallTime wallNow() const override {
    return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  }
  TimePoint now() const override { return std::chrono::steady_clock::now(); }
};

// RFC 3339 in UTC with as many fraction digits as needed: "2026-07-30T12:00:00.123456Z". Parsing takes offsets too.
std::string formatRfc3339(WallTime time);
std::optional<WallTime> parseRfc3339(std::string_view text);

}  // namespace berth
