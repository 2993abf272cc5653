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
