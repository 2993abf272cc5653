#include "app/cli/NetworkInfo.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <format>

#include "app/cli/Retry.h"
#include "core/base/Log.h"

namespace berth::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kPingTimeout{5};

double toMilliseconds(std::chrono::nanoseconds time) {
  return static_cast<double>(std::chrono::duration_cast<std::chrono::microseconds>(time).count()) / 1000;
}

// Bytes a second from counters that only grow, or begin anew with another peer.
class Rates {
 public:
  void update(const tunnel::dialer::ClientTunnelStatus& status, NetworkInfo& info) {
    const auto now = std::chrono::steady_clock::now();
    const double seconds = std::chrono::duration<double>(now - m_at).count();
    info.uploadRate = rate(status.sentBytes, m_sent, seconds);
    info.downloadRate = rate(status.receivedBytes, m_received, seconds);
    m_at = now;
    m_sent = status.sentBytes;
    m_received = status.receivedBytes;
  }

 private:
  static std::int64_t rate(std::uint64_t now, std::uint64_t before, double seconds) {
    if (now < before || seconds <= 0) return 0;
    return static_cast<std::int64_t>(static_cast<double>(now - before) / seconds);
  }

  std::chrono::steady_clock::time_point m_at = std::chrono::steady_clock::now();
  std::uint64_t m_sent = 0;
  std::uint64_t m_received = 0;
};

}  // namespace

std::string toJson(const NetworkInfo& info) {
  boost::json::object latencies;
  for (const auto& [region, latency] : info.regionLatencies) latencies[region] = toMilliseconds(latency);
  latencies.emplace(info.region, 0.0);
  return boost::json::serialize(boost::json::object{{"p2p", info.isDirect},
                                                    {"latency", toMilliseconds(info.latency)},
                                                    {"preferred_derp", info.region},
                                                    {"derp_latency", std::move(latencies)},
                                                    {"upload_bytes_sec", info.uploadRate},
                                                    {"download_bytes_sec", info.downloadRate},
                                                    {"using_coder_connect", false}});
}

Result<NetworkInfoFile> NetworkInfoFile::create(const fs::path& directory, int parentProcess) {
  std::error_code error;
  if (fs::create_directories(directory, error)) fs::permissions(directory, fs::perms::owner_all, error);
  if (error)
    return fail(ErrorCode::InvalidInput, std::format("--network-info-dir {}: {}", directory.string(), error.message()));
  return NetworkInfoFile(directory / std::format("{}.json", parentProcess));
}

NetworkInfoFile::~NetworkInfoFile() {
  std::error_code ignored;
  if (!m_path.empty()) fs::remove(m_path, ignored);
}

Result<void> NetworkInfoFile::write(const std::string& json) const {
  const fs::path temporary = m_path.string() + ".new";
  const auto failed = [&] { return fail(errnoError(errno, std::format("write {}", temporary.string()))); };
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return failed();
  const auto written = ::write(file, json.data(), json.size());
  ::close(file);
  if (written != static_cast<ssize_t>(json.size()) || ::rename(temporary.c_str(), m_path.c_str()) != 0) return failed();
  return {};
}

Task<void> keepNetworkInfo(NetworkInfoSource source, NetworkInfoFile file, std::chrono::milliseconds interval) {
  const auto executor = co_await asio::this_coro::executor;
  Rates rates;
  while (true) {
    const auto pong = co_await source.ping(kPingTimeout);
    if (pong) {
      const auto status = source.status();
      NetworkInfo info{.isDirect = pong->direct.has_value(),
                       .latency = pong->roundTrip,
                       .region = pong->regionName,
                       .regionLatencies = status.regionLatencies};
      rates.update(status, info);
      if (const auto written = file.write(toJson(info)); !written)
        log::warning("network info: {}", written.error().message());
    } else {
      log::info("network info: {}", pong.error().message());
    }
    co_await pause(executor, interval);
  }
}

}  // namespace berth::cli
