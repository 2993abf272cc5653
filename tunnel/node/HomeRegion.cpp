#include "tunnel/node/HomeRegion.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "core/base/Notifier.h"

namespace berth::tunnel {

namespace {

constexpr std::chrono::milliseconds kProbeTimeout{3'000};
constexpr std::chrono::milliseconds kWorthwhileGain{10};

double scored(const wire::DerpMap& map, int region, std::chrono::nanoseconds latency) {
  const auto score = map.regionScore.find(region);
  return std::chrono::duration<double, std::milli>(latency).count() *
         (score == map.regionScore.end() || score->second <= 0 ? 1.0 : score->second);
}

struct Probes {
  explicit Probes(const asio::any_io_executor& executor) : finished(executor) {}
  Latencies latencies;
  std::size_t running = 0;
  Notifier finished;
};

// The second of two requests on one connection, so that its set-up is not counted.
Task<void> probe(std::shared_ptr<Probes> probes, std::shared_ptr<const RelayEnvironment> environment, int region,
                 std::string url) {
  http::ClientOptions options = environment->http;
  options.connectTimeout = options.requestTimeout = kProbeTimeout;
  if (const auto origin = http::parseUrl(url)) {
    const auto client = http::makeClient(environment->executor, *origin, options);
    http::Request request;
    request.target = "/derp/latency-check";
    auto response = co_await client->send(request);
    const TimePoint sentAt = environment->clock.now();
    if (response && response->status < 300) response = co_await client->send(request);
    if (response && response->status < 300) probes->latencies[region] = environment->clock.now() - sentAt;
  }
  --probes->running;
  probes->finished.notify();
}

}  // namespace

std::vector<int> candidateRegions(const wire::DerpMap& map) {
  std::vector<int> good;
  std::vector<int> avoided;
  for (const auto& [id, region] : map.regions)
    if (region.relayNode() != nullptr) (region.avoid ? avoided : good).push_back(id);
  return good.empty() ? avoided : good;
}

std::optional<int> chooseHome(const wire::DerpMap& map, const Latencies& latencies, std::optional<int> oldHome) {
  const auto candidates = candidateRegions(map);
  if (candidates.empty()) return std::nullopt;
  std::optional<int> best;
  for (const int region : candidates)
    if (latencies.contains(region) &&
        (!best || scored(map, region, latencies.at(region)) < scored(map, *best, latencies.at(*best))))
      best = region;
  const bool keepsOld = oldHome && std::ranges::contains(candidates, *oldHome);
  if (!best) return keepsOld ? *oldHome : candidates.front();
  if (!keepsOld || !latencies.contains(*oldHome)) return best;
  const double oldLatency = scored(map, *oldHome, latencies.at(*oldHome));
  const double newLatency = scored(map, *best, latencies.at(*best));
  const bool isMuchBetter =
      oldLatency - newLatency > static_cast<double>(kWorthwhileGain.count()) && newLatency < oldLatency * 2 / 3;
  return isMuchBetter ? best : oldHome;
}

Task<Latencies> measureLatencies(std::shared_ptr<const RelayEnvironment> environment, wire::DerpMap map) {
  const auto probes = std::make_shared<Probes>(environment->executor);
  for (const int region : candidateRegions(map)) {
    ++probes->running;
    asio::co_spawn(environment->executor,
                   probe(probes, environment, region, map.findRegion(region)->relayNode()->url()), asio::detached);
  }
  while (probes->running > 0)
    if (!co_await probes->finished.wait()) break;
  co_return probes->latencies;
}

}  // namespace berth::tunnel
