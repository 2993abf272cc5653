#include "tunnel/coordination/Convert.h"

#include <gtest/gtest.h>

#include "tests/support/VectorKeys.h"

// Not with using-directives: berth::wire is protobuf's.
namespace berth::tunnel::coordination {

using berth::test::hex;
using berth::test::vectors;
namespace pb = berth::rpc::tailnetpb;

namespace {

const boost::json::object& coordinate() { return vectors().at("coordinate").as_object(); }

template <typename M>
M parse(const boost::json::value& bytes) {
  M message;
  EXPECT_TRUE(message.ParseFromString(std::string(asText(hex(bytes)))));
  return message;
}

NodeInfo nodeOfVectors() {
  const Uuid id = *Uuid::parse("c2b1ad3e-6c9f-4f0a-9d3b-0a1b2c3d4e5f");
  NodeInfo node;
  node.id = wire::nodeIdOf(id);
  node.asOf = WallTime(std::chrono::seconds(1'700'000'000));
  node.key = berth::test::vectorPublic<wire::NodePublic>("B");
  node.disco = berth::test::vectorPublic<wire::DiscoPublic>("A");
  node.preferredDerp = 999;
  node.derpLatency = {{"999-v4", 0.25}};
  node.addresses = {tailnetAddress(id), coderServiceAddress(id)};
  node.allowedIps = node.addresses;
  node.endpoints = {*wire::Endpoint::parse("192.0.2.10:41641")};
  return node;
}

}  // namespace

TEST(Convert, nodeMatchesTheVector) {
  EXPECT_EQ(toHex(asBytes(toProto(nodeOfVectors()).SerializeAsString())), berth::test::text(coordinate().at("node")));
  const auto node = fromProto(parse<pb::Node>(coordinate().at("node")));
  ASSERT_TRUE(node);
  EXPECT_EQ(*node, nodeOfVectors());
}

TEST(Convert, forcedWebSocketsTravel) {
  NodeInfo node = nodeOfVectors();
  node.derpForcedWebSocket = {{999, "a proxy"}};
  EXPECT_EQ(fromProto(toProto(node)), node);
}

TEST(Convert, updatesMatchTheVectors) {
  const struct {
    const char* name;
    PeerUpdate::Kind kind;
    const char* reason;
  } kCases[] = {{"peer_update_node", PeerUpdate::Kind::Node, "node update"},
                {"peer_update_ready_for_handshake", PeerUpdate::Kind::ReadyForHandshake, ""},
                {"peer_update_disconnected", PeerUpdate::Kind::Disconnected, "graceful disconnect"},
                {"peer_update_lost", PeerUpdate::Kind::Lost, "lost"}};
  for (const auto& [name, kind, reason] : kCases) {
    const auto response = parse<pb::CoordinateResponse>(coordinate().at(name));
    ASSERT_EQ(response.peer_updates_size(), 1) << name;
    const auto update = fromProto(response.peer_updates(0));
    ASSERT_TRUE(update) << name;
    EXPECT_EQ(update->id.toString(), "c2b1ad3e-6c9f-4f0a-9d3b-0a1b2c3d4e5f");
    EXPECT_EQ(update->kind, kind);
    EXPECT_EQ(update->reason, reason);
    EXPECT_EQ(update->node.has_value(), kind == PeerUpdate::Kind::Node);
  }
}

TEST(Convert, derpMapMatchesTheVector) {
  const auto map = fromProto(parse<pb::DERPMap>(vectors().at("derp_map").at("message")));
  ASSERT_EQ(map.regions.size(), 1U);
  const auto* region = map.findRegion(999);
  ASSERT_NE(region, nullptr);
  EXPECT_TRUE(region->isEmbeddedRelay);
  EXPECT_EQ(region->code, "coder");
  ASSERT_NE(region->relayNode(), nullptr);
  EXPECT_EQ(region->relayNode()->stunPort, -1);
  EXPECT_EQ(region->relayNode()->url(), "http://127.0.0.1:3000");
}

TEST(Convert, refusesNodesThatCannotBe) {
  EXPECT_FALSE(fromProto(pb::Node()));
  for (const auto& spoil : std::initializer_list<void (*)(pb::Node&)>{
           [](pb::Node& node) { node.set_key("np"); },
           [](pb::Node& node) { node.set_disco("nodekey:00"); },
           [](pb::Node& node) { node.add_addresses("fd7a::/64"); },
           [](pb::Node& node) { node.add_allowed_ips("everything"); },
       }) {
    pb::Node node = toProto(nodeOfVectors());
    spoil(node);
    EXPECT_EQ(fromProto(node).error().code(), ErrorCode::InvalidInput);
  }
  pb::Node oddEndpoint = toProto(nodeOfVectors());
  oddEndpoint.add_endpoints("somewhere");
  EXPECT_EQ(fromProto(oddEndpoint), nodeOfVectors());
}

TEST(Convert, refusesUpdatesWithoutAPeerOrKind) {
  pb::CoordinateResponse::PeerUpdate update;
  update.set_kind(pb::CoordinateResponse::PeerUpdate::LOST);
  update.set_id("short");
  EXPECT_FALSE(fromProto(update));
  update.set_id(std::string(16, 'x'));
  EXPECT_TRUE(fromProto(update));
  update.set_kind(pb::CoordinateResponse::PeerUpdate::KIND_UNSPECIFIED);
  EXPECT_EQ(fromProto(update).error().code(), ErrorCode::Unsupported);
  update.set_kind(pb::CoordinateResponse::PeerUpdate::NODE);
  EXPECT_FALSE(fromProto(update));
}

}  // namespace berth::tunnel::coordination
