#include "tunnel/path/PathSelector.h"

#include <gtest/gtest.h>

using namespace berth;
using namespace berth::tunnel;
using namespace berth::tunnel::path;

namespace {

constexpr int kHome = 999;
constexpr int kOther = 10001;

struct End {
  wire::NodePublic node;
  PathSelector paths;

  explicit End(Rng& rng)
      : node(wire::NodePrivate::generate(rng).publicKey()), paths(wire::DiscoPrivate::generate(rng), node, rng) {}
  void meet(const End& other, int home = kHome) { paths.putPeer(other.node, {other.paths.publicKey(), home, {}}); }
};

struct PathSelectorTest : testing::Test {
  SystemRng rng;
  End a{rng};
  End b{rng};
  TimePoint now = TimePoint() + std::chrono::hours(1);

  int regionTo(const End& peer) const { return std::get<RelayRoute>(a.paths.routeTo(peer.node).value()).region; }
};

}  // namespace

TEST_F(PathSelectorTest, prefersTheRegionWhereThePeerWasHeard) {
  EXPECT_FALSE(a.paths.routeTo(b.node));
  a.meet(b);
  EXPECT_EQ(regionTo(b), kHome);
  a.paths.onHeard(b.node, RelayRoute{kOther});
  EXPECT_EQ(regionTo(b), kOther);
  a.paths.onGone(b.node, kHome);
  EXPECT_EQ(regionTo(b), kOther) << "gone from a region where it was not heard";
  a.paths.onGone(b.node, kOther);
  EXPECT_EQ(regionTo(b), kHome);
}

TEST_F(PathSelectorTest, followsAPeerThatMovesHome) {
  a.meet(b);
  a.paths.onHeard(b.node, RelayRoute{kHome});
  a.meet(b, kOther);
  EXPECT_EQ(regionTo(b), kOther);
  a.paths.removePeer(b.node);
  EXPECT_FALSE(a.paths.routeTo(b.node));
}

TEST_F(PathSelectorTest, answersAndMeasuresDiscoPings) {
  a.meet(b);
  b.meet(a);
  const auto ping = a.paths.makePing(b.node, now);
  ASSERT_TRUE(ping);
  const auto answered = b.paths.onDisco(*ping, a.node, {kHome}, now);
  ASSERT_TRUE(answered.reply);
  EXPECT_EQ(answered.reply->peer, a.node);
  EXPECT_EQ(answered.reply->route, Route(RelayRoute{kHome}));
  const auto measured = a.paths.onDisco(answered.reply->packet, b.node, {kHome}, now + std::chrono::milliseconds(7));
  ASSERT_TRUE(measured.pong);
  EXPECT_EQ(measured.pong->roundTrip, std::chrono::milliseconds(7));
}

TEST_F(PathSelectorTest, ignoresStrangers) {
  a.meet(b);
  const auto ping = a.paths.makePing(b.node, now);
  const auto result = b.paths.onDisco(*ping, a.node, {kHome}, now);
  EXPECT_FALSE(result.reply || result.pong);
}
