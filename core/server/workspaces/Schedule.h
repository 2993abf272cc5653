// Autostart schedules and times to live (reference/rest-api.md 4.6).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/Clock.h"
#include "core/base/Error.h"
#include "core/server/http/ApiError.h"

namespace berth::server {

// "CRON_TZ=<zone> <minute> <hour> * * <days>".
struct Schedule {
  std::string zone = "UTC";
  unsigned minute = 0;
  unsigned hour = 0;
  std::array<bool, 7> days{};  // from Sunday
};

// InvalidInput says which field is wrong and what it may be.
Result<Schedule> parseSchedule(std::string_view text);

// The first time after `now`; nothing when the zone is not known on this machine.
std::optional<WallTime> nextStart(const Schedule& schedule, WallTime now);

// Truncated to whole minutes; empty for null and 0 (never stops). 400 with a validation of "ttl_ms" outside one minute
// to 30 days.
ApiResult<std::optional<std::int64_t>> checkTtl(std::optional<std::int64_t> ttlMs);

}  // namespace berth::server
