#include <gtest/gtest.h>

#include "core/base/Ipv6.h"
#include "core/rpc/Proto.h"
#include "tests/support/Vectors.h"

using namespace berth;
using namespace berth::rpc;

namespace {

const Uuid kU1 = *Uuid::parse("c2b1ad3e-6c9f-4f0a-9d3b-0a1b2c3d4e5f");

const boost::json::object& coordinateVectors() { return test::vectors().at("coordinate").as_object(); }

std::string vectorBytes(std::string_view name) {
  const auto bytes = test::hex(coordinateVectors().at(name));
  return std::string(asText(bytes));
}

tailnetpb::Node vectorNode() {
  const auto& fields = coordinateVectors().at("node_fields").as_object();
  tailnetpb::Node node;
  node.set_id(fields.at("id").to_number<std::int64_t>());
  node.mutable_as_of()->set_seconds(1'700'000'000);
  const auto& keys = test::vectors().at("keys").as_object();
  node.set_key("np" + std::string(asText(test::hex(keys.at("B").as_object().at("public")))));
  node.set_disco("discokey:" + test::text(keys.at("A").as_object().at("public")));
  node.set_preferred_derp(999);
  (*node.mutable_derp_latency())["999-v4"] = 0.25;
  for (const auto& address : fields.at("addresses").as_array()) {
    node.add_addresses(test::text(address));
    node.add_allowed_ips(test::text(address));
  }
  node.add_endpoints("192.0.2.10:41641");
  return node;
}

// The message that `bytes` hold, which must encode to the same bytes again.
template <typename M>
M parsedExactly(const std::string& bytes) {
  M message;
  EXPECT_TRUE(message.ParseFromString(bytes));
  EXPECT_EQ(toHex(asBytes(message.SerializeAsString())), toHex(asBytes(bytes)));
  return message;
}

}  // namespace

TEST(Messages, encodeANodeAsTheVectorDoes) {
  EXPECT_EQ(vectorNode().SerializeAsString(), vectorBytes("node"));
  parsedExactly<tailnetpb::Node>(vectorBytes("node"));
}

TEST(Messages, encodeCoordinateRequestsAsTheVectorsDo) {
  tailnetpb::CoordinateRequest add, remove, ready, disconnect, update;
  add.mutable_add_tunnel()->set_id(toWire(kU1));
  remove.mutable_remove_tunnel()->set_id(toWire(kU1));
  ready.add_ready_for_handshake()->set_id(toWire(kU1));
  disconnect.mutable_disconnect();
  *update.mutable_update_self()->mutable_node() = vectorNode();
  EXPECT_EQ(add.SerializeAsString(), vectorBytes("add_tunnel_U1"));
  EXPECT_EQ(remove.SerializeAsString(), vectorBytes("remove_tunnel_U1"));
  EXPECT_EQ(ready.SerializeAsString(), vectorBytes("ready_for_handshake_U1"));
  EXPECT_EQ(disconnect.SerializeAsString(), vectorBytes("disconnect"));
  EXPECT_EQ(update.SerializeAsString(), vectorBytes("update_self"));
}

TEST(Messages, decodeThePeerUpdates) {
  using Update = tailnetpb::CoordinateResponse_PeerUpdate;
  const auto node = parsedExactly<tailnetpb::CoordinateResponse>(vectorBytes("peer_update_node"));
  EXPECT_EQ(node.peer_updates(0).kind(), Update::NODE);
  EXPECT_EQ(node.peer_updates(0).reason(), "node update");
  EXPECT_EQ(uuidFromWire(node.peer_updates(0).id()), kU1);
  EXPECT_EQ(parsedExactly<tailnetpb::CoordinateResponse>(vectorBytes("peer_update_ready_for_handshake"))
                .peer_updates(0)
                .kind(),
            Update::READY_FOR_HANDSHAKE);
  EXPECT_EQ(
      parsedExactly<tailnetpb::CoordinateResponse>(vectorBytes("peer_update_disconnected")).peer_updates(0).kind(),
      Update::DISCONNECTED);
  EXPECT_EQ(parsedExactly<tailnetpb::CoordinateResponse>(vectorBytes("peer_update_lost")).peer_updates(0).kind(),
            Update::LOST);
  EXPECT_EQ(parsedExactly<tailnetpb::CoordinateResponse>(vectorBytes("overwritten")).error(),
            "peer ID overwritten by new connection");
}

TEST(Messages, keepAStockDerpMap) {
  const auto bytes = test::hex(test::vectors().at("derp_map").as_object().at("message"));
  const auto map = parsedExactly<tailnetpb::DERPMap>(std::string(asText(bytes)));
  EXPECT_TRUE(map.has_home_params());
  const auto& region = map.regions().at(999);
  EXPECT_TRUE(region.embedded_relay());
  EXPECT_EQ(region.nodes(0).stun_port(), -1);
  EXPECT_EQ(region.nodes(0).derp_port(), 3000);
  EXPECT_TRUE(region.nodes(0).force_http());
}

TEST(Messages, convertTimesAndDurations) {
  const WallTime time{std::chrono::microseconds(1'700'000'000'123'456)};
  EXPECT_EQ(toTimestamp(time).nanos(), 123'456'000);
  EXPECT_EQ(fromTimestamp(toTimestamp(time)), time);
  const WallTime beforeEpoch{std::chrono::microseconds(-1)};
  EXPECT_EQ(toTimestamp(beforeEpoch).seconds(), -1);
  EXPECT_EQ(fromTimestamp(toTimestamp(beforeEpoch)), beforeEpoch);
  EXPECT_EQ(fromDuration(toDuration(std::chrono::milliseconds(-1500))), std::chrono::milliseconds(-1500));
  wire::Duration huge;
  huge.set_seconds(std::numeric_limits<std::int64_t>::max());
  huge.set_nanos(std::numeric_limits<std::int32_t>::max());
  EXPECT_GT(fromDuration(huge).count(), 0);
  EXPECT_FALSE(uuidFromWire("fifteen bytes.."));
}
