#include "core/server/coordinator/DerpMapProto.h"

namespace berth::server {

using rpc::tailnetpb::DERPMap;

namespace {

void fill(DERPMap::Region::Node& out, const api::DerpNode& node) {
  out.set_name(node.Name);
  out.set_region_id(node.RegionID);
  out.set_host_name(node.HostName);
  out.set_cert_name(node.CertName.value_or(""));
  out.set_ipv4(node.IPv4.value_or(""));
  out.set_ipv6(node.IPv6.value_or(""));
  out.set_stun_port(static_cast<std::int32_t>(node.STUNPort.value_or(0)));
  out.set_stun_only(node.STUNOnly.value_or(false));
  out.set_derp_port(static_cast<std::int32_t>(node.DERPPort.value_or(0)));
  out.set_insecure_for_tests(node.InsecureForTests.value_or(false));
  out.set_force_http(node.ForceHTTP.value_or(false));
  out.set_stun_test_ip(node.STUNTestIP.value_or(""));
}

void fill(DERPMap::Region& out, const api::DerpRegion& region) {
  out.set_region_id(region.RegionID);
  out.set_embedded_relay(region.EmbeddedRelay);
  out.set_region_code(region.RegionCode);
  out.set_region_name(region.RegionName);
  out.set_avoid(region.Avoid.value_or(false));
  for (const auto& node : region.Nodes) fill(*out.add_nodes(), node);
}

}  // namespace

DERPMap derpMapProto(const RelayAddress& relay) {
  DERPMap map;
  map.mutable_home_params();
  const auto embedded = embeddedDerpMap(relay);
  for (const auto& [key, region] : embedded.Regions) fill((*map.mutable_regions())[region.RegionID], region);
  return map;
}

}  // namespace berth::server
