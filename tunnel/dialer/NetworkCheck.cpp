#include "tunnel/dialer/NetworkCheck.h"

#include "core/base/Notifier.h"
#include "tunnel/dialer/ConnectionInfo.h"

namespace berth::tunnel::dialer {

namespace {

constexpr std::chrono::seconds kLimit{5};
constexpr std::chrono::milliseconds kStunPatience{500};  // for further answers after the first

bool hasStun(const wire::DerpMap& map) {
  return std::ranges::any_of(map.regions, [](const auto& region) {
    return std::ranges::any_of(region.second.nodes, [](const auto& node) { return node.stunPort >= 0; });
  });
}

}  // namespace

Task<Result<NetworkReport>> checkNetwork(client::Session& session, const Clock& clock, Rng& rng) {
  auto info = co_await session.connectionInfo();
  if (!info) co_return fail(info.error().in("ask " + session.url().toString() + " for its relays"));
  NetworkReport report;
  report.map = toWire(info->derp_map);
  report.map.pointEmbeddedRelaysAt(session.url().scheme, session.url().host, session.url().port);
  report.allowsDirectPaths = !info->disable_direct_connections;

  const auto executor = co_await asio::this_coro::executor;
  Node node(executor, clock, rng, {.addresses = {wire::randomTailnetAddress(rng)}, .http = relayOptions(session)});
  Notifier changed(executor);
  node.setOnSelfChanged([&changed](const SelfInfo&) { changed.notify(); });
  node.setDerpMap(report.map, info->derp_force_websockets);
  const auto isComplete = [&] {
    const SelfInfo& self = node.selfInfo();
    return self.latencies.contains(self.homeRegion) && (self.place.answersStun || !hasStun(report.map));
  };
  const TimePoint deadline = clock.now() + kLimit;
  while (!isComplete())
    if (!co_await changed.waitUntil(deadline)) break;
  // Only a second answer tells whether a NAT is hard.
  const TimePoint patience = clock.now() + kStunPatience;
  while (!node.selfInfo().place.mappingVaries)
    if (!co_await changed.waitUntil(std::min(deadline, patience))) break;
  report.self = node.selfInfo();
  report.isHomeConnected = node.isHomeConnected();
  co_return report;
}

}  // namespace berth::tunnel::dialer
