#include "core/server/DerpMap.h"

namespace berth::server {

api::DerpMap embeddedDerpMap(const RelayAddress& relay) {
  api::DerpNode node;
  node.Name = std::format("{}b", kEmbeddedRegion);
  node.RegionID = kEmbeddedRegion;
  node.HostName = relay.accessUrl.host;
  node.STUNPort = relay.stunPort;
  node.DERPPort = relay.accessUrl.port;
  if (!relay.accessUrl.isTls()) node.ForceHTTP = true;

  api::DerpRegion region;
  region.EmbeddedRelay = true;
  region.RegionID = kEmbeddedRegion;
  region.RegionCode = "coder";
  region.RegionName = "Coder Embedded Relay";
  region.Nodes.push_back(std::move(node));

  api::DerpMap map;
  map.Regions.emplace(std::to_string(kEmbeddedRegion), std::move(region));
  return map;
}

api::AgentConnectionInfo connectionInfo(const RelayAddress& relay) {
  api::AgentConnectionInfo info;
  info.derp_map = embeddedDerpMap(relay);
  info.derp_force_websockets = relay.policy.forcesRelayWebSockets;
  info.disable_direct_connections = relay.policy.blocksDirectPaths;
  info.hostname_suffix = "coder";
  return info;
}

}  // namespace berth::server
