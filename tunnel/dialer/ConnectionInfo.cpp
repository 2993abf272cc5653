#include "tunnel/dialer/ConnectionInfo.h"

namespace berth::tunnel::dialer {

namespace {

wire::DerpNode toWire(const api::DerpNode& from) {
  wire::DerpNode node;
  node.name = from.Name;
  node.regionId = static_cast<int>(from.RegionID);
  node.hostName = from.HostName;
  node.certName = from.CertName.value_or("");
  node.ipv4 = from.IPv4.value_or("");
  node.ipv6 = from.IPv6.value_or("");
  node.stunPort = static_cast<int>(from.STUNPort.value_or(0));
  node.isStunOnly = from.STUNOnly.value_or(false);
  node.derpPort = static_cast<int>(from.DERPPort.value_or(0));
  node.isInsecureForTests = from.InsecureForTests.value_or(false);
  node.forcesHttp = from.ForceHTTP.value_or(false);
  node.stunTestIp = from.STUNTestIP.value_or("");
  return node;
}

}  // namespace

wire::DerpMap toWire(const api::DerpMap& from) {
  wire::DerpMap map;
  for (const auto& [key, region] : from.Regions) {
    wire::DerpRegion& to = map.regions[static_cast<int>(region.RegionID)];
    to.id = static_cast<int>(region.RegionID);
    to.code = region.RegionCode;
    to.name = region.RegionName;
    to.isEmbeddedRelay = region.EmbeddedRelay;
    to.avoid = region.Avoid.value_or(false);
    for (const auto& node : region.Nodes) to.nodes.push_back(toWire(node));
  }
  return map;
}

http::ClientOptions relayOptions(const client::Session& session) {
  http::ClientOptions options;
  options.defaultHeaders = session.options().extraHeaders;
  options.caFile = session.options().caFile;
  return options;
}

}  // namespace berth::tunnel::dialer
