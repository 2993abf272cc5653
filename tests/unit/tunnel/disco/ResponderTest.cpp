#include "tunnel/disco/Responder.h"

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
  Responder a;
  Responder b;
  ViaRelay fromA{999, nodePublic("ephemeral_A")};
  ViaRelay fromB{999, nodePublic("ephemeral_B")};

  explicit Nodes(Responder::UdpPings udp = Responder::UdpPings::Ignored)
      : a(discoPrivate("A"), nodePublic("ephemeral_A"), rng, udp),
        b(discoPrivate("B"), nodePublic("ephemeral_B"), rng, udp) {
    a.putPeer(fromB.peer, discoPublic("B"));
    b.putPeer(fromA.peer, discoPublic("A"));
  }
  Bytes sealFromA(const Message& message) {
    return seal(message, discoPublic("A"), *wire::Box::make(discoPrivate("A"), discoPublic("B")), rng);
  }
};

bool isIgnored(const Outcome& outcome) { return std::holds_alternative<Ignored>(outcome); }

}  // namespace

TEST(Responder, pingOverTheRelayIsAnsweredAndMeasured) {
  Nodes nodes;
  const auto ping = nodes.a.ping(nodes.fromB.peer, kStart);
  ASSERT_TRUE(ping);
  const auto atB = nodes.b.onPacket(*ping, nodes.fromA, kStart + 10ms);
  ASSERT_TRUE(std::holds_alternative<Reply>(atB));
  EXPECT_EQ(std::get<Reply>(atB).peer, nodes.fromA.peer);
  const auto atA = nodes.a.onPacket(std::get<Reply>(atB).packet, nodes.fromB, kStart + 20ms);
  ASSERT_TRUE(std::holds_alternative<PongReceived>(atA));
  EXPECT_EQ(std::get<PongReceived>(atA).peer, nodes.fromB.peer);
  EXPECT_EQ(std::get<PongReceived>(atA).roundTrip, 20ms);
  EXPECT_EQ(std::get<PongReceived>(atA).ourAddress, wire::relayEndpoint(999));
  // Once only.
  EXPECT_TRUE(isIgnored(nodes.a.onPacket(std::get<Reply>(atB).packet, nodes.fromB, kStart + 21ms)));
}

TEST(Responder, repeatedTransactionGetsNoSecondPongOnThatPath) {
  Nodes nodes(Responder::UdpPings::Answered);
  const Bytes ping = nodes.sealFromA(Ping{kId, nodes.fromA.peer});
  EXPECT_FALSE(isIgnored(nodes.b.onPacket(ping, nodes.fromA, kStart)));
  EXPECT_TRUE(isIgnored(nodes.b.onPacket(ping, nodes.fromA, kStart)));
  EXPECT_FALSE(isIgnored(nodes.b.onPacket(ping, kUdp, kStart)));
}

TEST(Responder, strangersAreIgnored) {
  Nodes nodes;
  const auto box = *wire::Box::make(discoPrivate("ephemeral_A"), discoPublic("B"));
  const Bytes ping = seal(Ping{kId, nodes.fromA.peer}, discoPublic("ephemeral_A"), box, nodes.rng);
  EXPECT_TRUE(isIgnored(nodes.b.onPacket(ping, nodes.fromA, kStart)));
  EXPECT_TRUE(
      isIgnored(nodes.b.onPacket(asBytes("no disco at all, but long enough for one maybe"), nodes.fromA, kStart)));
  nodes.b.removePeer(nodes.fromA.peer);
  EXPECT_TRUE(isIgnored(nodes.b.onPacket(nodes.sealFromA(Ping{kId, {}}), nodes.fromA, kStart)));
}

TEST(Responder, udpIsIgnoredWhileEndpointsAreBlocked) {
  Nodes nodes;
  EXPECT_TRUE(isIgnored(nodes.b.onPacket(nodes.sealFromA(Ping{kId, nodes.fromA.peer}), kUdp, kStart)));
}

TEST(Responder, pongOverUdpTellsTheSourceAddress) {
  Nodes nodes(Responder::UdpPings::Answered);
  const auto ping = nodes.a.ping(nodes.fromB.peer, kStart);
  const auto reply = nodes.b.onPacket(*ping, kUdp, kStart);
  ASSERT_TRUE(std::holds_alternative<Reply>(reply));
  const auto pong = nodes.a.onPacket(std::get<Reply>(reply).packet, kUdp, kStart);
  EXPECT_EQ(std::get<PongReceived>(pong).ourAddress, kUdp.source);
}

TEST(Responder, findsTheNodeOfAPingWithoutOne) {
  Nodes nodes;
  const auto reply = nodes.b.onPacket(nodes.sealFromA(Ping{kId, {}}), ViaRelay{999, nodePublic("B")}, kStart);
  ASSERT_TRUE(std::holds_alternative<Reply>(reply));
  EXPECT_EQ(std::get<Reply>(reply).peer, nodes.fromA.peer);
  // Two nodes with one disco key, and no word which: silence.
  nodes.b.putPeer(nodePublic("A"), discoPublic("A"));
  TransactionId other = kId;
  other[0] = std::byte{1};
  EXPECT_TRUE(isIgnored(nodes.b.onPacket(nodes.sealFromA(Ping{other, {}}), ViaRelay{999, nodePublic("B")}, kStart)));
}

TEST(Responder, pongsComeTooLateAfterFiveSeconds) {
  Nodes nodes;
  const auto ping = nodes.a.ping(nodes.fromB.peer, kStart);
  const auto reply = nodes.b.onPacket(*ping, nodes.fromA, kStart);
  EXPECT_TRUE(isIgnored(nodes.a.onPacket(std::get<Reply>(reply).packet, nodes.fromB, kStart + kPingTimeout)));
}

TEST(Responder, callMeMaybeCountsOverTheRelayOnly) {
  Nodes nodes(Responder::UdpPings::Answered);
  const Bytes packet = nodes.sealFromA(CallMeMaybe{{kUdp.source}});
  EXPECT_TRUE(isIgnored(nodes.b.onPacket(packet, kUdp, kStart)));
  EXPECT_TRUE(isIgnored(nodes.b.onPacket(packet, ViaRelay{999, nodePublic("B")}, kStart)));
  const auto called = nodes.b.onPacket(packet, nodes.fromA, kStart);
  ASSERT_TRUE(std::holds_alternative<CalledMe>(called));
  EXPECT_EQ(std::get<CalledMe>(called).endpoints, std::vector{kUdp.source});
}

TEST(Responder, newDiscoKeyReplacesTheOld) {
  Nodes nodes;
  nodes.b.putPeer(nodes.fromA.peer, discoPublic("ephemeral_A"));
  EXPECT_TRUE(isIgnored(nodes.b.onPacket(nodes.sealFromA(Ping{kId, {}}), nodes.fromA, kStart)));
  const auto box = *wire::Box::make(discoPrivate("ephemeral_A"), discoPublic("B"));
  const Bytes ping = seal(Ping{kId, {}}, discoPublic("ephemeral_A"), box, nodes.rng);
  EXPECT_FALSE(isIgnored(nodes.b.onPacket(ping, nodes.fromA, kStart)));
}

TEST(Responder, pingsKnownPeersOnly) {
  Nodes nodes;
  EXPECT_FALSE(nodes.a.ping(nodePublic("A"), kStart));
}
