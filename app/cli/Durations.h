// Lengths of time as people write them: "1h30m", "90s", "250ms".
#pragma once

#include <chrono>
#include <string>

#include "core/base/Clock.h"
#include "core/base/Error.h"

namespace berth::cli {

Result<std::chrono::milliseconds> parseDuration(std::string_view text);

// "1h30m0s" as the stock command line writes it; below a second "250ms".
std::string formatDuration(std::chrono::milliseconds duration);

// "3m ago", "2d ago"; "never" for no time.
std::string formatAge(WallTime then, WallTime now);

}  // namespace berth::cli
