#include "core/server/DerpMap.h"

#include <gtest/gtest.h>

#include "core/server/coordinator/DerpMapProto.h"

using namespace berth;
using namespace berth::server;

namespace {

const http::Url kUrl{"http", "box.example", 3000, ""};

}  // namespace

TEST(DerpMap, namesTheRelayBehindTheAccessUrl) {
  const auto map = embeddedDerpMap({kUrl});
  ASSERT_EQ(map.Regions.size(), 1U);
  const auto& region = map.Regions.at("999");
  EXPECT_TRUE(region.EmbeddedRelay);
  ASSERT_EQ(region.Nodes.size(), 1U);
  EXPECT_EQ(region.Nodes[0].HostName, "box.example");
  EXPECT_EQ(region.Nodes[0].DERPPort, 3000);
  EXPECT_EQ(region.Nodes[0].ForceHTTP, true);
  EXPECT_EQ(region.Nodes[0].STUNPort, -1) << "nothing would mean 3478";
}

TEST(DerpMap, saysWhereStunIsAnswered) {
  EXPECT_EQ(embeddedDerpMap({kUrl, 3000}).Regions.at("999").Nodes[0].STUNPort, 3000);
  EXPECT_EQ(connectionInfo({kUrl, 3000}).derp_map.Regions.at("999").Nodes[0].STUNPort, 3000);
  const auto proto = derpMapProto({kUrl, 3000});
  EXPECT_TRUE(proto.has_home_params()) << "stock peers crash without";
  EXPECT_EQ(proto.regions().at(999).nodes(0).stun_port(), 3000);
  EXPECT_EQ(derpMapProto({kUrl}).regions().at(999).nodes(0).stun_port(), -1);
}

TEST(DerpMap, passesTheTunnelPolicyOn) {
  const auto usual = connectionInfo({kUrl});
  EXPECT_FALSE(usual.disable_direct_connections || usual.derp_force_websockets);
  EXPECT_TRUE(connectionInfo({kUrl, 3000, {.blocksDirectPaths = true}}).disable_direct_connections);
  EXPECT_TRUE(connectionInfo({kUrl, 3000, {.forcesRelayWebSockets = true}}).derp_force_websockets);
}
