// Two path selectors over a simulated network: which pairs of NATs become direct, and what packets see of changes.
#include <gtest/gtest.h>

#include "SimulatedNetwork.h"

using namespace berth;
using namespace berth::tunnel::path::test;

namespace {

constexpr int kSeeds = 10;
constexpr std::chrono::milliseconds kGap{20};  // between packets

struct Pair {
  Network network;
  Network::Node& a;
  Network::Node& b;
  int sent = 0;

  Pair(unsigned seed, LinkQuality quality, Nat natOfA, Nat natOfB)
      : network(seed, quality), a(network.add(natOfA)), b(network.add(natOfB)) {
    network.introduce(a, b);
  }
  // Both talk.
  void talk(std::chrono::milliseconds time) {
    for (auto left = time; left > 0ms; left -= kGap) {
      ++sent;
      a.sendData(b, sent);
      b.sendData(a, sent);
      network.runFor(kGap);
    }
  }
  bool isDirect() const { return a.isDirectTo(b) && b.isDirectTo(a); }
  int lost() {
    network.runFor(1s);
    return 2 * sent - static_cast<int>(a.received.size() + b.received.size());
  }
};

}  // namespace

TEST(Nats, becomeDirectWhereverTheirKindsAllow) {
  using enum Nat;
  struct Row {
    Nat a;
    Nat b;
    bool isDirect;
  };
  const Row rows[] = {
      {None, None, true},
      {None, FullCone, true},
      {None, PortRestricted, true},
      {None, Symmetric, true},
      {FullCone, Symmetric, true},
      {Restricted, Restricted, true},
      {PortRestricted, PortRestricted, true},
      {Restricted, Symmetric, true},
      {PortRestricted, Symmetric, false},
      {Symmetric, Symmetric, false},
      {UdpBlocked, None, false},
  };
  for (const Row& row : rows) {
    for (const bool isSwapped : {false, true}) {
      Pair pair(1, {.delay = 10ms}, isSwapped ? row.b : row.a, isSwapped ? row.a : row.b);
      pair.talk(12s);
      EXPECT_EQ(pair.isDirect(), row.isDirect)
          << static_cast<int>(row.a) << " with " << static_cast<int>(row.b) << (isSwapped ? ", swapped" : "");
      EXPECT_EQ(pair.lost(), 0) << static_cast<int>(row.a) << " with " << static_cast<int>(row.b);
    }
  }
}

TEST(Nats, areDirectWithinAFewRoundTrips) {
  Pair pair(1, {.delay = 20ms}, Nat::PortRestricted, Nat::PortRestricted);
  pair.talk(200ms);
  EXPECT_TRUE(pair.isDirect());
}

TEST(Nats, oneSideThatTalksIsEnough) {
  Pair pair(1, {.delay = 10ms}, Nat::PortRestricted, Nat::PortRestricted);
  for (int i = 0; i < 50; ++i) {
    pair.a.sendData(pair.b, ++pair.sent);
    pair.network.runFor(kGap);
  }
  EXPECT_TRUE(pair.a.isDirectTo(pair.b));
  pair.network.runFor(1s);
  EXPECT_EQ(pair.b.received.size(), 50U);
}

TEST(Loss, delaysTheDirectPathButCostsNothingOnTheWay) {
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    Pair pair(seed, {.loss = 0.3, .delay = 30ms, .jitter = 100ms}, Nat::PortRestricted, Nat::PortRestricted);
    pair.talk(30s);
    EXPECT_TRUE(pair.a.paths.routeTo(pair.b.key, pair.network.now())) << seed;
    // A direct path loses what it loses; nearly all of the rest must have come.
    EXPECT_LT(pair.lost(), 2 * pair.sent * 35 / 100) << seed;
  }
}

TEST(Loss, ofOnePercentDoesNotShakeTrust) {
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    Pair pair(seed, {.loss = 0.01, .delay = 30ms, .jitter = 50ms}, Nat::None, Nat::PortRestricted);
    pair.talk(2s);
    int direct = 0;
    for (int i = 0; i < 100; ++i) {
      pair.talk(500ms);
      direct += pair.isDirect() ? 1 : 0;
    }
    EXPECT_GE(direct, 90) << seed;
  }
}

TEST(Cut, fallsBackWithinSecondsAndReturns) {
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    Pair pair(seed, {.delay = 15ms, .jitter = 10ms}, Nat::PortRestricted, Nat::PortRestricted);
    pair.talk(5s);
    ASSERT_TRUE(pair.isDirect());
    ASSERT_EQ(pair.lost(), 0);
    pair.network.isUdpCut = true;
    pair.talk(20s);
    EXPECT_FALSE(pair.a.isDirectTo(pair.b) || pair.b.isDirectTo(pair.a));
    const int lostToTheCut = pair.lost();
    EXPECT_LT(lostToTheCut, 2 * 4200ms / kGap) << seed;
    pair.network.isUdpCut = false;
    pair.talk(8s);
    EXPECT_TRUE(pair.isDirect()) << seed;
    EXPECT_EQ(pair.lost(), lostToTheCut) << "the way back loses nothing; seed " << seed;
  }
}

TEST(Cut, flappingLosesOnlyWhatTheCutsTake) {
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    Pair pair(seed, {.delay = 15ms}, Nat::PortRestricted, Nat::None);
    for (int i = 0; i < 6; ++i) {
      pair.network.isUdpCut = i % 2 == 1;
      pair.talk(10s);
    }
    pair.network.isUdpCut = false;
    pair.talk(10s);
    EXPECT_TRUE(pair.isDirect()) << seed;
    EXPECT_LT(pair.lost(), 3 * 2 * 4200ms / kGap) << seed;
  }
}
