// Running a server until a signal ends it: `berth server` without its flags.
#pragma once

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <string>

#include "core/base/Error.h"
#include "core/base/Task.h"

namespace berth::cli {

struct ServerSettings {
  std::filesystem::path directory;
  std::string httpAddress = "127.0.0.1:3000";
  std::string accessUrl = {};                 // empty: follows from the address
  std::filesystem::path cacheDirectory = {};  // OpenTofu and providers that were built; empty: the user's cache
  std::filesystem::path agentBinary = {};     // empty: beside this program
  std::int64_t workers = 3;
  bool disablesRateLimits = false;
  bool blocksDirectPaths = false;
  bool forcesRelayWebSockets = false;
};

// Serves until SIGINT or SIGTERM, then stops in good order; a second signal ends the process at once. The value is the
// exit code.
Task<Result<int>> runServer(asio::io_context& io, ServerSettings settings);

}  // namespace berth::cli
