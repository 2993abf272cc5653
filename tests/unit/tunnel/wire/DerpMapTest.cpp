#include "tunnel/wire/DerpMap.h"

#include <gtest/gtest.h>

using namespace berth::tunnel::wire;

TEST(DerpNode, urlHasThePortOnlyWhenItIsUnusual) {
  DerpNode node{.hostName = "derp.example.com"};
  EXPECT_EQ(node.url(), "https://derp.example.com");
  node.derpPort = 443;
  EXPECT_EQ(node.url(), "https://derp.example.com");
  node.derpPort = 3000;
  EXPECT_EQ(node.url(), "https://derp.example.com:3000");
  node.forcesHttp = true;
  node.derpPort = 80;
  node.ipv4 = "192.0.2.1";
  EXPECT_EQ(node.url(), "http://192.0.2.1");
}

TEST(DerpMap, embeddedRelaysFollowTheAccessUrl) {
  DerpMap map;
  map.regions[999] = {.id = 999, .isEmbeddedRelay = true, .nodes = {{.name = "999b", .hostName = "inside"}}};
  map.regions[1000] = {.id = 1000, .nodes = {{.name = "1000stun0", .hostName = "stun", .isStunOnly = true}}};
  map.pointEmbeddedRelaysAt("http", "127.0.0.1", 3000);
  ASSERT_NE(map.findRegion(999)->relayNode(), nullptr);
  EXPECT_EQ(map.findRegion(999)->relayNode()->url(), "http://127.0.0.1:3000");
  EXPECT_EQ(map.findRegion(1000)->relayNode(), nullptr);
  EXPECT_EQ(map.findRegion(7), nullptr);
}
