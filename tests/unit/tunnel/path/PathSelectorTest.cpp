#include "tunnel/path/PathSelector.h"

#include <gtest/gtest.h>

using namespace berth;
using namespace berth::tunnel;
using namespace berth::tunnel::path;
using namespace std::chrono_literals;

namespace {

constexpr int kHome = 999;
constexpr int kOther = 10001;

struct End {
  wire::NodePublic node;
  PathSelector paths;
  wire::Endpoint address;

  End(Rng& rng, const char* text)
      : node(wire::NodePrivate::generate(rng).publicKey()),
        paths(wire::DiscoPrivate::generate(rng), node, rng),
        address(*wire::Endpoint::parse(text)) {}
  void meet(const End& other, TimePoint now, int home = kHome, std::vector<wire::Endpoint> endpoints = {}) {
    paths.putPeer(other.node, {other.paths.publicKey(), home, std::move(endpoints)}, now);
  }
};

using Messages = std::vector<PathSelector::Message>;

struct PathSelectorTest : testing::Test {
  SystemRng rng;
  End a{rng, "192.0.2.1:1001"};
  End b{rng, "192.0.2.2:1002"};
  TimePoint now = TimePoint() + 1h;
  bool isUdpOpen = true;

  int regionTo(const End& peer) const { return std::get<RelayRoute>(a.paths.routeTo(peer.node, now).value()).region; }
  static Messages take(End& from) {
    Messages messages;
    while (auto message = from.paths.nextMessage()) messages.push_back(*std::move(message));
    return messages;
  }
  // Delivers what `from` has to send, and gives what kinds it was.
  std::string deliver(End& from, End& to) {
    std::string kinds;
    for (const auto& message : take(from)) {
      const bool isDirect = std::holds_alternative<DirectRoute>(message.route);
      kinds += isDirect ? 'u' : 'r';
      if (isDirect && (!isUdpOpen || std::get<DirectRoute>(message.route).endpoint != to.address)) continue;
      const disco::Via via = isDirect ? disco::Via(disco::ViaUdp{from.address}) : disco::ViaRelay{kHome, from.node};
      if (const auto pong = to.paths.onDisco(message.packet, via, now)) lastPong = pong;
    }
    return kinds;
  }
  void settle() {
    while (!(deliver(a, b) + deliver(b, a)).empty()) now += 1ms;
  }

  std::optional<PathSelector::Pong> lastPong;
};

}  // namespace

TEST_F(PathSelectorTest, prefersTheRegionWhereThePeerWasHeard) {
  EXPECT_FALSE(a.paths.routeTo(b.node, now));
  a.meet(b, now);
  EXPECT_EQ(regionTo(b), kHome);
  a.paths.onHeard(b.node, RelayRoute{kOther});
  EXPECT_EQ(regionTo(b), kOther);
  a.paths.onGone(b.node, kHome);
  EXPECT_EQ(regionTo(b), kOther) << "gone from a region where it was not heard";
  a.paths.onGone(b.node, kOther);
  EXPECT_EQ(regionTo(b), kHome);
}

TEST_F(PathSelectorTest, followsAPeerThatMovesHome) {
  a.meet(b, now);
  a.paths.onHeard(b.node, RelayRoute{kHome});
  a.meet(b, now, kOther);
  EXPECT_EQ(regionTo(b), kOther);
  a.paths.removePeer(b.node);
  EXPECT_FALSE(a.paths.routeTo(b.node, now));
}

TEST_F(PathSelectorTest, measuresOverTheRelayWhileThereIsNothingElse) {
  a.meet(b, now);
  b.meet(a, now);
  EXPECT_TRUE(a.paths.probe(b.node, now));
  EXPECT_EQ(deliver(a, b), "r");
  now += 7ms;
  EXPECT_EQ(deliver(b, a), "r");
  ASSERT_TRUE(lastPong);
  EXPECT_EQ(lastPong->peer, b.node);
  EXPECT_EQ(lastPong->route, Route(RelayRoute{kHome}));
  EXPECT_EQ(lastPong->roundTrip, 7ms);
  EXPECT_FALSE(b.paths.probe(wire::NodePublic(), now));
}

TEST_F(PathSelectorTest, ignoresStrangers) {
  a.meet(b, now);
  a.paths.probe(b.node, now);
  EXPECT_EQ(deliver(a, b), "r");
  EXPECT_TRUE(take(b).empty());
}

TEST_F(PathSelectorTest, becomesDirectOnBothSidesFromOneCandidate) {
  a.meet(b, now, kHome, {b.address});
  b.meet(a, now);
  EXPECT_FALSE(a.paths.isBound(b.address));
  const auto first = a.paths.choose(b.node, now);
  EXPECT_FALSE(first.direct);
  EXPECT_EQ(first.relay, kHome);
  settle();
  const auto second = a.paths.choose(b.node, now);
  EXPECT_EQ(second.direct, b.address);
  EXPECT_FALSE(second.relay);
  EXPECT_EQ(a.paths.routeTo(b.node, now), Route(DirectRoute{b.address}));
  EXPECT_EQ(b.paths.routeTo(a.node, now), Route(DirectRoute{a.address}));
  EXPECT_TRUE(a.paths.isBound(b.address));
  EXPECT_TRUE(b.paths.isBound(a.address));
  EXPECT_EQ(a.paths.takeChanged(), std::vector{b.node});
  EXPECT_TRUE(a.paths.takeChanged().empty());
  a.paths.probe(b.node, now);
  EXPECT_EQ(deliver(a, b), "u") << "no need of the relay";
  deliver(b, a);
  EXPECT_EQ(lastPong->route, Route(DirectRoute{b.address}));
}

TEST_F(PathSelectorTest, callsThePeerOnceItsOwnEndpointsAreKnown) {
  a.meet(b, now, kHome, {*wire::Endpoint::parse("192.0.2.99:9")});
  b.meet(a, now);
  a.paths.choose(b.node, now);
  EXPECT_EQ(deliver(a, b), "u");
  EXPECT_TRUE(a.paths.wantsEndpoints());
  a.paths.setOwnEndpoints({a.address}, now);
  EXPECT_FALSE(a.paths.wantsEndpoints());
  EXPECT_EQ(deliver(a, b), "r");
  settle();  // b pings a, and a learns of b by that
  EXPECT_EQ(a.paths.routeTo(b.node, now), Route(DirectRoute{b.address}));
  now += kEndpointsFresh;
  a.paths.onNetworkChange(now);
  a.paths.choose(b.node, now);
  EXPECT_TRUE(a.paths.wantsEndpoints()) << "what it knows is too old";
}

TEST_F(PathSelectorTest, tellsNewEndpointsToThoseItStillSearches) {
  a.meet(b, now, kHome, {b.address});
  b.meet(a, now);
  isUdpOpen = false;
  a.paths.setOwnEndpoints({*wire::Endpoint::parse("10.0.0.1:1001")}, now);
  a.paths.choose(b.node, now);
  EXPECT_EQ(deliver(a, b), "ur");
  a.paths.setOwnEndpoints({a.address}, now);
  EXPECT_EQ(deliver(a, b), "r");
  a.paths.setOwnEndpoints({a.address}, now);
  EXPECT_EQ(deliver(a, b), "");
  a.paths.onRelayBack(now);
  EXPECT_EQ(deliver(a, b), "r") << "the last one may have been lost";
}

TEST_F(PathSelectorTest, fallsBackAndReturns) {
  a.meet(b, now, kHome, {b.address});
  b.meet(a, now);
  a.paths.choose(b.node, now);
  settle();
  isUdpOpen = false;
  const TimePoint cutAt = now;
  while (!a.paths.choose(b.node, now).relay) {
    now += 50ms;
    a.paths.onTimer(now);
    deliver(a, b);
    deliver(b, a);
    ASSERT_LT(now - cutAt, 10s);
  }
  EXPECT_LE(now - cutAt, 4500ms);
  isUdpOpen = true;
  const TimePoint mendedAt = now;
  while (a.paths.choose(b.node, now).relay) {
    now += 50ms;
    a.paths.onTimer(now);
    deliver(a, b);
    deliver(b, a);
    ASSERT_LT(now - mendedAt, 10s);
  }
  EXPECT_LE(now - mendedAt, 1500ms);
}

TEST_F(PathSelectorTest, blockedItNeitherAsksNorAnswersOverUdp) {
  a.meet(b, now, kHome, {b.address});
  b.meet(a, now, kHome, {a.address});
  a.paths.choose(b.node, now);
  settle();
  b.paths.setDirect(false);
  EXPECT_EQ(b.paths.routeTo(a.node, now), Route(RelayRoute{kHome}));
  EXPECT_FALSE(b.paths.isBound(a.address));
  a.paths.probe(b.node, now);
  EXPECT_EQ(deliver(a, b), "u");
  EXPECT_EQ(deliver(b, a), "");
  EXPECT_EQ(b.paths.choose(a.node, now).relay, kHome);
  b.paths.probe(a.node, now);
  EXPECT_EQ(deliver(b, a), "r");
  b.paths.setOwnEndpoints({b.address}, now);
  EXPECT_EQ(deliver(b, a), "");
  b.paths.setDirect(true);
  b.paths.choose(a.node, now);
  settle();
  EXPECT_EQ(b.paths.routeTo(a.node, now), Route(DirectRoute{a.address}));
}

TEST_F(PathSelectorTest, aNewDiscoKeyIsANewProcessElsewhere) {
  a.meet(b, now, kHome, {b.address});
  b.meet(a, now);
  a.paths.choose(b.node, now);
  settle();
  a.paths.putPeer(b.node, {wire::DiscoPrivate::generate(rng).publicKey(), kHome, {}}, now);
  EXPECT_EQ(a.paths.routeTo(b.node, now), Route(RelayRoute{kHome}));
  EXPECT_FALSE(a.paths.isBound(b.address));
}

TEST_F(PathSelectorTest, aPeerCannotBindAddressesWithoutLimit) {
  a.meet(b, now);
  b.meet(a, now, kHome, {a.address});
  std::vector<wire::Endpoint> sources;
  for (std::uint16_t port = 1; port <= 1000; ++port) {
    b.paths.probe(a.node, now);
    sources.push_back({b.address.address, port});
    for (const auto& message : take(b)) a.paths.onDisco(message.packet, disco::ViaUdp{sources.back()}, now);
    take(a);
  }
  EXPECT_LE(std::ranges::count_if(sources, [this](const auto& source) { return a.paths.isBound(source); }), 200);
  EXPECT_TRUE(a.paths.isBound(sources.back()));
}

TEST_F(PathSelectorTest, pingsRepeatedFromElsewhereDoNotUnbindTheAddressInUse) {
  a.meet(b, now, kHome, {b.address});
  b.meet(a, now);
  a.paths.choose(b.node, now);
  settle();
  ASSERT_TRUE(a.paths.isBound(b.address));
  b.paths.probe(a.node, now);
  const Messages seen = take(b);
  ASSERT_FALSE(seen.empty());
  for (std::uint16_t port = 1; port <= 1000; ++port) {
    a.paths.onDisco(seen.front().packet, disco::ViaUdp{*wire::Endpoint::parse(std::format("203.0.113.9:{}", port))},
                    now);
    take(a);
    ASSERT_TRUE(a.paths.isBound(b.address)) << port;
  }
  EXPECT_EQ(a.paths.choose(b.node, now).direct, b.address);
}
