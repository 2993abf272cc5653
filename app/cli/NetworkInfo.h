// The file that VS Code's and JetBrains' plug-ins show the connection's quality from (reference/agent-and-ide.md 6.6):
// <directory>/<id of the parent process, that is ssh>.json.
//
// Stock ends the session when pings fail for a minute. A session here outlives that: its streams do, too.
#pragma once

#include <filesystem>
#include <string>

#include "tunnel/dialer/ClientTunnel.h"

namespace berth::cli {

struct NetworkInfo {
  bool isDirect = false;
  std::chrono::nanoseconds latency{};
  std::string region = {};  // the relay in use, or the one that would be
  std::map<std::string, std::chrono::nanoseconds> regionLatencies = {};
  std::int64_t uploadRate = 0;  // bytes a second
  std::int64_t downloadRate = 0;
};

// All seven keys; latencies in milliseconds. The region is among the latencies even when it was not measured.
std::string toJson(const NetworkInfo& info);

// The file, which is whole at every moment. It goes when this goes.
class NetworkInfoFile {
 public:
  // Makes the directory (0700) if it is missing.
  static Result<NetworkInfoFile> create(const std::filesystem::path& directory, int parentProcess);
  ~NetworkInfoFile();
  NetworkInfoFile(NetworkInfoFile&& other) noexcept : m_path(std::exchange(other.m_path, {})) {}
  NetworkInfoFile& operator=(NetworkInfoFile&&) = delete;

  Result<void> write(const std::string& json) const;
  const std::filesystem::path& path() const noexcept { return m_path; }

 private:
  explicit NetworkInfoFile(std::filesystem::path path) : m_path(std::move(path)) {}
  std::filesystem::path m_path;
};

// Where the numbers come from.
struct NetworkInfoSource {
  std::function<Task<Result<tunnel::dialer::PingResult>>(std::chrono::milliseconds timeout)> ping;
  std::function<tunnel::dialer::ClientTunnelStatus()> status;
};

// Writes the file at once and then at each interval, until cancelled.
Task<void> keepNetworkInfo(NetworkInfoSource source, NetworkInfoFile file, std::chrono::milliseconds interval);

}  // namespace berth::cli
