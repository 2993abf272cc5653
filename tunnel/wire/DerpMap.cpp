#include "tunnel/wire/DerpMap.h"

#include <algorithm>

namespace berth::tunnel::wire {

namespace {

constexpr int kHttpPort = 80;
constexpr int kHttpsPort = 443;

}  // namespace

std::string DerpNode::url() const {
  const std::string& host = ipv4.empty() || ipv4 == "none" ? hostName : ipv4;
  const int schemePort = forcesHttp ? kHttpPort : kHttpsPort;
  const bool isV6 = host.contains(':');
  std::string url = (forcesHttp ? "http://" : "https://") + (isV6 ? "[" + host + "]" : host);
  if (derpPort != 0 && derpPort != schemePort) url += ":" + std::to_string(derpPort);
  return url;
}

const DerpNode* DerpRegion::relayNode() const {
  const auto found = std::ranges::find(nodes, false, &DerpNode::isStunOnly);
  return found == nodes.end() ? nullptr : &*found;
}

const DerpRegion* DerpMap::findRegion(int id) const {
  const auto found = regions.find(id);
  return found == regions.end() ? nullptr : &found->second;
}

void DerpMap::pointEmbeddedRelaysAt(const std::string& scheme, const std::string& host, int port) {
  for (auto& [id, region] : regions) {
    if (!region.isEmbeddedRelay) continue;
    for (DerpNode& node : region.nodes) {
      if (node.isStunOnly) continue;
      node.hostName = host;
      node.derpPort = port;
      node.forcesHttp = scheme == "http";
    }
  }
}

}  // namespace berth::tunnel::wire
