// What commands do while the server is away for a moment.
#pragma once

#include <chrono>

#include "core/base/Error.h"
#include "core/base/Task.h"

namespace berth::cli {

// The server or the way to it is away: trying again may help.
bool isPassing(const Error& error);

Task<void> pause(asio::any_io_executor executor, std::chrono::milliseconds duration);

}  // namespace berth::cli
