#include "core/server/DerpMap.h"

namespace berth::server {

namespace {

constexpr int kNoStun = -1;

}  // namespace

api::DerpMap embeddedDerpMap(const http::Url& accessUrl) {
  api::DerpNode node;
  node.Name = std::format("{}b", kEmbeddedRegion);
  node.RegionID = kEmbeddedRegion;
  node.HostName = accessUrl.host;
  node.STUNPort = kNoStun;
  node.DERPPort = accessUrl.port;
  if (!accessUrl.isTls()) node.ForceHTTP = true;

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

api::AgentConnectionInfo connectionInfo(const http::Url& accessUrl) {
  api::AgentConnectionInfo info;
  info.derp_map = embeddedDerpMap(accessUrl);
  info.hostname_suffix = "coder";
  return info;
}

}  // namespace berth::server
