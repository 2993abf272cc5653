#include "tunnel/coordination/Convert.h"

namespace berth::tunnel::coordination {

namespace {

using rpc::tailnetpb::CoordinateResponse;

Result<std::vector<Ipv6>> parseAddresses(const google::protobuf::RepeatedPtrField<std::string>& texts,
                                         std::string_view what) {
  std::vector<Ipv6> addresses;
  for (const std::string& text : texts) {
    const auto address = wire::parseHostPrefix(text);
    if (!address) return fail(ErrorCode::InvalidInput, std::format("{} has '{}', which is no /128", what, text));
    addresses.push_back(*address);
  }
  return addresses;
}

std::optional<PeerUpdate::Kind> kindOf(CoordinateResponse::PeerUpdate::Kind kind) {
  switch (kind) {
    case CoordinateResponse::PeerUpdate::NODE: return PeerUpdate::Kind::Node;
    case CoordinateResponse::PeerUpdate::DISCONNECTED: return PeerUpdate::Kind::Disconnected;
    case CoordinateResponse::PeerUpdate::LOST: return PeerUpdate::Kind::Lost;
    case CoordinateResponse::PeerUpdate::READY_FOR_HANDSHAKE: return PeerUpdate::Kind::ReadyForHandshake;
    default: return std::nullopt;  // unspecified, or of a later version
  }
}

wire::DerpNode fromProto(const rpc::tailnetpb::DERPMap::Region::Node& node) {
  return {.name = node.name(),
          .regionId = static_cast<int>(node.region_id()),
          .hostName = node.host_name(),
          .certName = node.cert_name(),
          .ipv4 = node.ipv4(),
          .ipv6 = node.ipv6(),
          .stunPort = node.stun_port(),
          .isStunOnly = node.stun_only(),
          .derpPort = node.derp_port(),
          .isInsecureForTests = node.insecure_for_tests(),
          .forcesHttp = node.force_http(),
          .stunTestIp = node.stun_test_ip(),
          .canPort80 = node.can_port_80()};
}

wire::DerpRegion fromProto(const rpc::tailnetpb::DERPMap::Region& region) {
  wire::DerpRegion out{.id = static_cast<int>(region.region_id()),
                       .code = region.region_code(),
                       .name = region.region_name(),
                       .isEmbeddedRelay = region.embedded_relay(),
                       .avoid = region.avoid(),
                       .nodes = {}};
  for (const auto& node : region.nodes()) out.nodes.push_back(fromProto(node));
  return out;
}

}  // namespace

rpc::tailnetpb::Node toProto(const NodeInfo& node) {
  rpc::tailnetpb::Node out;
  out.set_id(node.id);
  *out.mutable_as_of() = rpc::toTimestamp(node.asOf);
  out.set_key(wire::toProto(node.key));
  out.set_disco(node.disco.toString());
  out.set_preferred_derp(node.preferredDerp);
  for (const auto& [region, seconds] : node.derpLatency) (*out.mutable_derp_latency())[region] = seconds;
  for (const auto& [region, reason] : node.derpForcedWebSocket) (*out.mutable_derp_forced_websocket())[region] = reason;
  for (const Ipv6& address : node.addresses) out.add_addresses(wire::toHostPrefix(address));
  for (const Ipv6& address : node.allowedIps) out.add_allowed_ips(wire::toHostPrefix(address));
  for (const auto& endpoint : node.endpoints) out.add_endpoints(endpoint.toString());
  return out;
}

Result<NodeInfo> fromProto(const rpc::tailnetpb::Node& node) {
  NodeInfo out;
  out.id = node.id();
  out.asOf = rpc::fromTimestamp(node.as_of());
  const auto key = wire::nodePublicFromProto(asBytes(node.key()));
  if (!key) return fail(ErrorCode::InvalidInput, std::format("node key of {} bytes", node.key().size()));
  const auto disco = wire::DiscoPublic::parse(node.disco());
  if (!disco) return fail(ErrorCode::InvalidInput, "node without a disco key");
  out.key = *key;
  out.disco = *disco;
  out.preferredDerp = node.preferred_derp();
  out.derpLatency = {node.derp_latency().begin(), node.derp_latency().end()};
  out.derpForcedWebSocket = {node.derp_forced_websocket().begin(), node.derp_forced_websocket().end()};
  TRY_ASSIGN(out.addresses, parseAddresses(node.addresses(), "addresses"));
  TRY_ASSIGN(out.allowedIps, parseAddresses(node.allowed_ips(), "allowed_ips"));
  for (const std::string& text : node.endpoints())
    if (const auto endpoint = wire::Endpoint::parse(text)) out.endpoints.push_back(*endpoint);
  return out;
}

Result<PeerUpdate> fromProto(const CoordinateResponse::PeerUpdate& update) {
  const auto id = rpc::uuidFromWire(update.id());
  if (!id) return fail(ErrorCode::InvalidInput, std::format("peer id of {} bytes", update.id().size()));
  const auto kind = kindOf(update.kind());
  if (!kind)
    return fail(ErrorCode::Unsupported, std::format("peer update of kind {}", static_cast<int>(update.kind())));
  PeerUpdate out{*id, *kind, std::nullopt, update.reason()};
  if (*kind == PeerUpdate::Kind::Node) {
    TRY_ASSIGN(out.node, fromProto(update.node()));
  }
  return out;
}

wire::DerpMap fromProto(const rpc::tailnetpb::DERPMap& map) {
  wire::DerpMap out;
  for (const auto& [id, region] : map.regions()) out.regions.emplace(static_cast<int>(id), fromProto(region));
  for (const auto& [id, score] : map.home_params().region_score()) out.regionScore.emplace(static_cast<int>(id), score);
  return out;
}

}  // namespace berth::tunnel::coordination
