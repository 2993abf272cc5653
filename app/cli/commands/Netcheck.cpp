#include <boost/json.hpp>

#include "app/cli/Commands.h"
#include "app/cli/Context.h"
#include "app/cli/Json.h"
#include "app/cli/Terminal.h"
#include "tunnel/dialer/NetworkCheck.h"

namespace berth::cli {

namespace {

using tunnel::dialer::NetworkReport;

boost::json::object regionsOf(const NetworkReport& report) {
  boost::json::object regions;
  for (const auto& [id, region] : report.map.regions)
    regions[std::to_string(id)] =
        boost::json::object{{"region",
                             {{"RegionID", id},
                              {"RegionCode", region.code},
                              {"RegionName", region.name},
                              {"EmbeddedRelay", region.isEmbeddedRelay}}},
                            {"healthy", region.relayNode() == nullptr || report.self.latencies.contains(id)}};
  return regions;
}

// The names of Tailscale's report, as the stock command prints it.
boost::json::object netcheckOf(const NetworkReport& report) {
  boost::json::object latencies;
  for (const auto& [region, latency] : report.self.latencies) latencies[std::to_string(region)] = latency.count();
  const auto& place = report.self.place;
  std::string globalV4;
  std::string globalV6;
  if (place.answersStun && !place.endpoints.empty())
    (tunnel::wire::isV4Mapped(place.endpoints.front().address) ? globalV4 : globalV6) =
        place.endpoints.front().toString();
  return {{"UDP", place.answersStun},
          {"IPv4", !globalV4.empty()},
          {"IPv6", !globalV6.empty()},
          {"OSHasIPv6", place.hasIpv6},
          {"MappingVariesByDestIP", place.mappingVaries ? boost::json::value(*place.mappingVaries) : nullptr},
          {"PreferredDERP", report.self.homeRegion},
          {"RegionLatency", std::move(latencies)},
          {"GlobalV4", globalV4},
          {"GlobalV6", globalV6}};
}

std::string toJson(const NetworkReport& report) {
  boost::json::array local;
  for (const auto& endpoint : report.self.place.endpoints) local.emplace_back(endpoint.toString());
  return boost::json::serialize(boost::json::object{{"derp",
                                                     {{"healthy", report.isHomeConnected},
                                                      {"severity", report.isHomeConnected ? "ok" : "error"},
                                                      {"warnings", boost::json::array()},
                                                      {"regions", regionsOf(report)},
                                                      {"netcheck", netcheckOf(report)}}},
                                                    {"endpoints", std::move(local)},
                                                    {"disable_direct_connections", !report.allowsDirectPaths}});
}

Task<Result<int>> netcheck(Context& context) {
  CO_TRY_ASSIGN(const auto session, context.session());
  SystemRng rng;
  printStatus("Gathering a network report. This may take a few seconds ...");
  CO_TRY_ASSIGN(const auto report, co_await tunnel::dialer::checkNetwork(*session, context.clock(), rng));
  print(indentJson(toJson(report)));
  co_return report.isHomeConnected ? 0 : 1;
}

}  // namespace

void registerNetcheck(const Command& root) {
  const auto command = root.add("netcheck", "Report what the network here allows: relays, UDP, NAT");
  command.examples({"berth netcheck"});
  command.onRun(netcheck);
}

}  // namespace berth::cli
