#include "tunnel/disco/Exchange.h"

#include "DiscoFixtures.h"

using namespace berth;
using namespace berth::tunnel;
using namespace berth::tunnel::disco;
using namespace berth::tunnel::disco::test;
using namespace std::chrono_literals;

namespace {

const TimePoint kStart{1000s};
const ViaUdp kUdp{*wire::Endpoint::parse("192.0.2.1:41641")};

// Two nodes that know each other; A's node key is ephemeral_A's, B's is ephemeral_B's.
struct Nodes {
  FakeRng rng;
  Exchange a;
  Exchange b;
  ViaRelay fromA{999, nodePublic("ephemeral_A")};
  ViaRelay fromB{999, nodePublic("ephemeral_B")};

  Nodes() : a(discoPrivate("A"), nodePublic("ephemeral_A"), rng), b(discoPrivate("B"), nodePublic("ephemeral_B"), rng) {
    a.putPeer(fromB.peer, discoPublic("B"));
    b.putPeer(fromA.peer, discoPublic("A"));
  }
  Bytes sealFromA(const Message& message) {
    return seal(message, discoPublic("A"), *wire::Box::make(discoPrivate("A"), discoPublic("B")), rng);
  }
};

bool isIgnored(const Outcome& outcome) { return std::holds_alternative<Ignored>(outcome); }

}  // namespace

TEST(Exchange, pingOverTheRelayIsAnsweredAndMeasured) {
  Nodes nodes;
  const auto ping = nodes.a.ping(nodes.fromB.peer, {}, kStart);
  ASSERT_TRUE(ping);
  const auto atB = nodes.b.onPacket(*ping, nodes.fromA, kStart + 10ms);
  ASSERT_TRUE(std::holds_alternative<PingReceived>(atB));
  EXPECT_EQ(std::get<PingReceived>(atB).peer, nodes.fromA.peer);
  const auto atA = nodes.a.onPacket(std::get<PingReceived>(atB).pong, nodes.fromB, kStart + 20ms);
  ASSERT_TRUE(std::holds_alternative<PongReceived>(atA));
  EXPECT_EQ(std::get<PongReceived>(atA).peer, nodes.fromB.peer);
  EXPECT_EQ(std::get<PongReceived>(atA).roundTrip, 20ms);
  EXPECT_EQ(std::get<PongReceived>(atA).ourAddress, wire::relayEndpoint(999));
  EXPECT_FALSE(std::get<PongReceived>(atA).pinged);
  // Once only.
  EXPECT_TRUE(isIgnored(nodes.a.onPacket(std::get<PingReceived>(atB).pong, nodes.fromB, kStart + 21ms)));
}

TEST(Exchange, repeatedTransactionGetsNoSecondPongOnThatPath) {
  Nodes nodes;
  const Bytes ping = nodes.sealFromA(Ping{kId, nodes.fromA.peer});
  EXPECT_FALSE(isIgnored(nodes.b.onPacket(ping, nodes.fromA, kStart)));
  EXPECT_TRUE(isIgnored(nodes.b.onPacket(ping, nodes.fromA, kStart)));
  EXPECT_FALSE(isIgnored(nodes.b.onPacket(ping, kUdp, kStart)));
}

TEST(Exchange, strangersAreIgnored) {
  Nodes nodes;
  const auto box = *wire::Box::make(discoPrivate("ephemeral_A"), discoPublic("B"));
  const Bytes ping = seal(Ping{kId, nodes.fromA.peer}, discoPublic("ephemeral_A"), box, nodes.rng);
  EXPECT_TRUE(isIgnored(nodes.b.onPacket(ping, nodes.fromA, kStart)));
  EXPECT_TRUE(
      isIgnored(nodes.b.onPacket(asBytes("no disco at all, but long enough for one maybe"), nodes.fromA, kStart)));
  nodes.b.removePeer(nodes.fromA.peer);
  EXPECT_TRUE(isIgnored(nodes.b.onPacket(nodes.sealFromA(Ping{kId, {}}), nodes.fromA, kStart)));
}

TEST(Exchange, udpIsIgnoredWhileEndpointsAreBlocked) {
  Nodes nodes;
  const Bytes ping = nodes.sealFromA(Ping{kId, nodes.fromA.peer});
  nodes.b.setUdp(false);
  EXPECT_TRUE(isIgnored(nodes.b.onPacket(ping, kUdp, kStart)));
  EXPECT_FALSE(isIgnored(nodes.b.onPacket(ping, nodes.fromA, kStart)));
  nodes.b.setUdp(true);
  EXPECT_FALSE(isIgnored(nodes.b.onPacket(ping, kUdp, kStart)));
}

TEST(Exchange, pongOverUdpTellsTheSourceAddress) {
  Nodes nodes;
  const auto ping = nodes.a.ping(nodes.fromB.peer, kUdp.source, kStart);
  const auto reply = nodes.b.onPacket(*ping, kUdp, kStart);
  ASSERT_TRUE(std::holds_alternative<PingReceived>(reply));
  const auto pong = nodes.a.onPacket(std::get<PingReceived>(reply).pong, kUdp, kStart);
  EXPECT_EQ(std::get<PongReceived>(pong).ourAddress, kUdp.source);
  EXPECT_EQ(std::get<PongReceived>(pong).pinged, kUdp.source);
}

TEST(Exchange, findsTheNodeOfAPingWithoutOne) {
  Nodes nodes;
  const auto reply = nodes.b.onPacket(nodes.sealFromA(Ping{kId, {}}), ViaRelay{999, nodePublic("B")}, kStart);
  ASSERT_TRUE(std::holds_alternative<PingReceived>(reply));
  EXPECT_EQ(std::get<PingReceived>(reply).peer, nodes.fromA.peer);
  // Two nodes with one disco key, and no word which: silence.
  nodes.b.putPeer(nodePublic("A"), discoPublic("A"));
  TransactionId other = kId;
  other[0] = std::byte{1};
  EXPECT_TRUE(isIgnored(nodes.b.onPacket(nodes.sealFromA(Ping{other, {}}), ViaRelay{999, nodePublic("B")}, kStart)));
}

TEST(Exchange, pongsComeTooLateAfterFiveSeconds) {
  Nodes nodes;
  const auto ping = nodes.a.ping(nodes.fromB.peer, {}, kStart);
  const auto reply = nodes.b.onPacket(*ping, nodes.fromA, kStart);
  EXPECT_TRUE(isIgnored(nodes.a.onPacket(std::get<PingReceived>(reply).pong, nodes.fromB, kStart + kPingTimeout)));
}

TEST(Exchange, callMeMaybeCountsOverTheRelayOnly) {
  Nodes nodes;
  const Bytes packet = nodes.sealFromA(CallMeMaybe{{kUdp.source}});
  EXPECT_TRUE(isIgnored(nodes.b.onPacket(packet, kUdp, kStart)));
  EXPECT_TRUE(isIgnored(nodes.b.onPacket(packet, ViaRelay{999, nodePublic("B")}, kStart)));
  const auto called = nodes.b.onPacket(packet, nodes.fromA, kStart);
  ASSERT_TRUE(std::holds_alternative<CalledMe>(called));
  EXPECT_EQ(std::get<CalledMe>(called).endpoints, std::vector{kUdp.source});
}

TEST(Exchange, callsTheOtherOverTheRelay) {
  Nodes nodes;
  const auto packet = nodes.a.callMeMaybe(nodes.fromB.peer, {kUdp.source});
  ASSERT_TRUE(packet);
  const auto called = nodes.b.onPacket(*packet, nodes.fromA, kStart);
  EXPECT_EQ(std::get<CalledMe>(called).peer, nodes.fromA.peer);
  EXPECT_EQ(std::get<CalledMe>(called).endpoints, std::vector{kUdp.source});
}

TEST(Exchange, forgetsTheOldestPingWhenThereAreTooMany) {
  Nodes nodes;
  const auto first = nodes.a.ping(nodes.fromB.peer, {}, kStart);
  const auto second = nodes.a.ping(nodes.fromB.peer, {}, kStart);
  for (std::size_t i = 1; i < kMaxOutstandingPings; ++i) nodes.a.ping(nodes.fromB.peer, kUdp.source, kStart);
  const auto toFirst = nodes.b.onPacket(*first, nodes.fromA, kStart);
  const auto toSecond = nodes.b.onPacket(*second, nodes.fromA, kStart);
  EXPECT_TRUE(isIgnored(nodes.a.onPacket(std::get<PingReceived>(toFirst).pong, nodes.fromB, kStart)));
  EXPECT_FALSE(isIgnored(nodes.a.onPacket(std::get<PingReceived>(toSecond).pong, nodes.fromB, kStart)));
}

TEST(Exchange, newDiscoKeyReplacesTheOld) {
  Nodes nodes;
  nodes.b.putPeer(nodes.fromA.peer, discoPublic("ephemeral_A"));
  EXPECT_TRUE(isIgnored(nodes.b.onPacket(nodes.sealFromA(Ping{kId, {}}), nodes.fromA, kStart)));
  const auto box = *wire::Box::make(discoPrivate("ephemeral_A"), discoPublic("B"));
  const Bytes ping = seal(Ping{kId, {}}, discoPublic("ephemeral_A"), box, nodes.rng);
  EXPECT_FALSE(isIgnored(nodes.b.onPacket(ping, nodes.fromA, kStart)));
}

TEST(Exchange, pingsKnownPeersOnly) {
  Nodes nodes;
  EXPECT_FALSE(nodes.a.ping(nodePublic("A"), {}, kStart));
  EXPECT_FALSE(nodes.a.callMeMaybe(nodePublic("A"), {}));
}
