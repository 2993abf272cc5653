#include "tunnel/node/HomeRegion.h"

#include "tests/integration/tunnel/RelayServer.h"

using namespace berth;
using namespace berth::tunnel;
using namespace std::chrono_literals;

namespace {

wire::DerpMap mapOf(std::initializer_list<int> regions) {
  wire::DerpMap map;
  for (const int id : regions) {
    wire::DerpNode node;
    node.regionId = id;
    map.regions[id] = {id, "", "", false, false, {node}};
  }
  return map;
}

}  // namespace

TEST(HomeRegion, isTheFastest) {
  EXPECT_EQ(chooseHome(mapOf({1, 2, 3}), {{1, 50ms}, {2, 20ms}, {3, 90ms}}, std::nullopt), 2);
}

TEST(HomeRegion, doesNotChangeForASmallGain) {
  EXPECT_EQ(chooseHome(mapOf({1, 2}), {{1, 50ms}, {2, 41ms}}, 1), 1) << "less than 10 ms";
  EXPECT_EQ(chooseHome(mapOf({1, 2}), {{1, 90ms}, {2, 70ms}}, 1), 1) << "more than two thirds";
  EXPECT_EQ(chooseHome(mapOf({1, 2}), {{1, 90ms}, {2, 50ms}}, 1), 2);
}

TEST(HomeRegion, existsEvenIfNothingAnswers) {
  EXPECT_EQ(chooseHome(mapOf({4, 5}), {}, std::nullopt), 4);
  EXPECT_EQ(chooseHome(mapOf({4, 5}), {}, 5), 5);
  EXPECT_EQ(chooseHome(mapOf({}), {}, 5), std::nullopt);
}

TEST(HomeRegion, isNeverOneThatOnlyHasStun) {
  auto map = mapOf({1, 2});
  map.regions[1].nodes[0].isStunOnly = true;
  EXPECT_EQ(chooseHome(map, {{1, 1ms}}, std::nullopt), 2);
}

TEST_F(RelayedPair, choosesAmongRegionsByMeasuring) {
  relay.start();
  auto map = relay.map(1);
  const auto second = relay.map(2);
  map.regions[2] = second.regions.at(2);
  map.regions[2].nodes[0].derpPort = 1;  // nobody there
  client.setDerpMap(map, false);
  run([](RelayedPair& t) -> Task<void> {
    while (!t.client.isHomeConnected()) co_await t.pause(std::chrono::milliseconds(5));
  }(*this));
  EXPECT_EQ(client.selfInfo().homeRegion, 1);
  EXPECT_EQ(relay.latencyChecks, 2);
}

TEST_F(RelayedPair, aHandshakeIsNotLostWhenTheRelayIsSlowToConnect) {
  relay.start();
  client.setDerpMap(relay.map(), false);
  run([](RelayedPair& t) -> Task<void> {
    while (!t.client.isHomeConnected()) co_await t.pause(1ms);
    t.relay.holdsUpgrades = true;
    // As the coordinator does: who is published may be called at once.
    t.agent.putPeer({t.client.key(), t.client.discoKey(), kRegion, t.client.addresses(), {}});
    t.agent.setOnSelfChanged([&t](const SelfInfo& self) {
      t.client.putPeer({t.agent.key(), t.agent.discoKey(), self.homeRegion, t.agent.addresses(), {}});
      t.client.setPeerKeepalive(t.agent.key(), 25s);
    });
    t.agent.setDerpMap(t.relay.map(), false);
    co_await t.pause(200ms);
    EXPECT_FALSE(t.client.findPeerStatus(t.agent.key())) << "published, and not there";
    t.relay.holdsUpgrades = false;
    const auto start = std::chrono::steady_clock::now();
    EXPECT_TRUE(co_await t.client.tsmpPing(t.agent.addresses()[0], 10s));
    while (!t.client.findPeerStatus(t.agent.key()) || !t.client.findPeerStatus(t.agent.key())->hasSession)
      co_await t.pause(1ms);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 2s) << "an initiation was lost";
  }(*this));
}

TEST_F(RelayedPair, aHomeWithoutItsRelayIsPublishedLate) {
  relay.start();
  relay.holdsUpgrades = true;
  Node caller(io.get_executor(), clock, rng,
              {.addresses = {*Ipv6::parse("fd7a:115c:a1e0::3")}, .usesDirectPaths = false, .isCalledByPeers = false});
  bool isPublished = false;
  agent.setOnSelfChanged([&](const SelfInfo&) { isPublished = true; });
  agent.setDerpMap(relay.map(), false);
  caller.setDerpMap(relay.map(), false);
  EXPECT_EQ(caller.selfInfo().homeRegion, kRegion) << "nobody calls it, so it need not wait";
  run([](RelayedPair& t, const bool& published) -> Task<void> {
    EXPECT_FALSE(published);
    const auto start = std::chrono::steady_clock::now();
    while (!published && std::chrono::steady_clock::now() - start < 10s) co_await t.pause(5ms);
    EXPECT_TRUE(published);
    EXPECT_FALSE(t.agent.isHomeConnected());
    t.relay.holdsUpgrades = false;
  }(*this, isPublished));
}
