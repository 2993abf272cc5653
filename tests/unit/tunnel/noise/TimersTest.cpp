// reference/tailnet.md 2.5, with a clock that only the test moves.
#include "NoiseFixtures.h"

using namespace berth;
using namespace berth::tunnel::noise;
using namespace berth::tunnel::noise::test;

TEST(Timers, twentyInitiationsAndThenSilence) {
  Pair pair;
  std::size_t initiations = pair.a.sendPing(pair.now).size();
  for (const Bytes& datagram : pair.advance(10min).a) {
    EXPECT_EQ(typeOf(datagram), MessageType::Initiation);
    ++initiations;
  }
  EXPECT_EQ(initiations, 20U);
  // What waited was dropped; the next packet starts afresh.
  auto fresh = pair.a.sendPing(pair.now);
  ASSERT_EQ(fresh.size(), 1U);
  pair.carry(std::move(fresh));
  EXPECT_EQ(pair.deliveredToB.size(), 1U);
}

TEST(Timers, lostInitiationIsRepeatedAfterFiveSeconds) {
  Pair pair;
  pair.a.sendPing(pair.now);
  EXPECT_TRUE(pair.advance(4999ms).a.empty());
  auto again = pair.advance(334ms).a;
  ASSERT_EQ(again.size(), 1U);
  pair.carry(std::move(again));
  EXPECT_EQ(pair.deliveredToB.size(), 1U);
}

TEST(Timers, dataWithoutAnswerBringsOneKeepaliveAfterTenSeconds) {
  Pair pair;
  pair.establish();
  EXPECT_TRUE(pair.advance(9999ms).b.empty());
  auto sent = pair.advance(2ms).b;
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_TRUE(isKeepalive(sent[0]));
  EXPECT_TRUE(pair.a.receive(sent[0], pair.now).index() == Outcome(Nothing{}).index());
  EXPECT_TRUE(pair.advance(60s).b.empty());
}

TEST(Timers, noKeepaliveWhenSomethingWasSent) {
  Pair pair;
  pair.establish();
  pair.advance(5s);
  pair.carry({}, pair.b.sendPing(pair.now));
  EXPECT_TRUE(pair.advance(9s).b.empty());
}

TEST(Timers, steadyDataBringsAKeepaliveEachTenSeconds) {
  Pair pair;
  pair.establish();
  std::size_t keepalives = 0;
  for (int i = 0; i < 30; ++i) {
    for (Bytes& datagram : pair.advance(1s).b) {
      keepalives += isKeepalive(datagram) ? 1 : 0;
      pair.a.receive(datagram, pair.now);
    }
    pair.carry(pair.a.sendPing(pair.now));
  }
  EXPECT_EQ(keepalives, 3U);
}

TEST(Timers, silenceAfterDataStartsANewHandshake) {
  Pair pair;
  pair.establish();
  pair.advance(1s);
  pair.a.sendPing(pair.now);  // lost
  pair.b.outgoing();
  EXPECT_TRUE(pair.advance(14s).a.empty());
  const auto sent = pair.advance(1333ms).a;
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(typeOf(sent[0]), MessageType::Initiation);
}

TEST(Timers, initiatorRekeysWhenItSendsAfterTwoMinutes) {
  Pair pair;
  pair.establish();
  pair.advance(120s);
  EXPECT_EQ(pair.a.sendPing(pair.now).size(), 1U);
  pair.now += 1ms;
  auto sent = pair.a.sendPing(pair.now);
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(typeOf(sent[1]), MessageType::Initiation);
  pair.carry(std::move(sent));
  EXPECT_EQ(pair.a.peer->lastHandshakeAt(), pair.now);
  EXPECT_EQ(pair.b.peer->lastHandshakeAt(), pair.now);
  // The responder never asks by sending.
  pair.advance(121s);
  EXPECT_EQ(pair.b.sendPing(pair.now).size(), 1U);
}

TEST(Timers, eitherSideRekeysAfterSoManyMessages) {
  Pair pair({.rekeyAfterMessages = 10});
  pair.establish();
  pair.advance(6s);  // the spacing of initiations
  for (End* end : {&pair.a, &pair.b}) {
    std::vector<Bytes> sent;
    for (int i = 0; i <= 10 && sent.size() < 2; ++i) sent = end->sendPing(pair.now);
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_EQ(typeOf(sent[1]), MessageType::Initiation);
    if (end == &pair.a)
      pair.carry(std::move(sent));
    else
      pair.carry({}, std::move(sent));
    EXPECT_EQ(pair.a.peer->lastHandshakeAt(), pair.now);
    EXPECT_EQ(pair.b.peer->lastHandshakeAt(), pair.now);
    pair.advance(6s);
  }
}

TEST(Timers, keysThatAreUsedUpSendNothingMore) {
  Pair pair({.rekeyAfterMessages = 8, .rejectAfterMessages = 10});
  pair.establish();
  for (int i = 0; i < 9; ++i) pair.a.sendPing(pair.now);  // establish() took the first
  EXPECT_FALSE(pair.a.peer->hasSession(pair.now));
  EXPECT_TRUE(pair.a.sendPing(pair.now).empty());
  pair.advance(6s);  // the spacing of initiations
  auto sent = pair.a.sendPing(pair.now);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(typeOf(sent[0]), MessageType::Initiation);
  const std::size_t before = pair.deliveredToB.size();
  pair.carry(std::move(sent));
  EXPECT_EQ(pair.deliveredToB.size(), before + 2) << "the packets that had waited";
}

TEST(Timers, packetsUnderTheOldKeysStillArriveDuringARekey) {
  Pair pair;
  pair.establish();
  pair.advance(121s);
  auto sent = pair.a.sendPing(pair.now);
  ASSERT_EQ(sent.size(), 2U);
  Bytes late = sent[0];
  pair.deliveredToB.clear();
  pair.carry({sent[1]});
  Bytes underNewKeys = std::move(pair.a.sendPing(pair.now)[0]);
  EXPECT_TRUE(std::holds_alternative<DeliverPacket>(pair.b.receive(underNewKeys, pair.now)));
  EXPECT_TRUE(std::holds_alternative<DeliverPacket>(pair.b.receive(late, pair.now)));
}

TEST(Timers, initiatorRekeysOnceWhenItReceivesLate) {
  Pair pair;
  pair.establish();
  pair.advance(166s);
  auto first = pair.b.sendPing(pair.now);
  auto second = pair.b.sendPing(pair.now);
  pair.a.receive(first[0], pair.now);
  auto asked = pair.a.outgoing();
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(typeOf(asked[0]), MessageType::Initiation);
  pair.a.receive(second[0], pair.now);
  EXPECT_TRUE(pair.a.outgoing().empty());
}

TEST(Timers, sessionsEndAfterThreeMinutes) {
  Pair pair;
  pair.establish();
  Bytes early = std::move(pair.b.sendPing(pair.now)[0]);
  Bytes late = std::move(pair.b.sendPing(pair.now)[0]);
  EXPECT_TRUE(std::holds_alternative<DeliverPacket>(pair.a.receive(early, kStart + 179s)));
  EXPECT_EQ(std::get<Refusal>(pair.a.receive(late, kStart + 180s)), Refusal::UnknownIndex);
  EXPECT_FALSE(pair.a.peer->hasSession(kStart + 180s));
  pair.a.outgoing();
  auto sent = pair.b.sendPing(kStart + 180s);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(typeOf(sent[0]), MessageType::Initiation);
}

TEST(Timers, keysAreWipedAfterNineMinutes) {
  Pair pair;
  pair.establish();
  pair.advance(539s);
  pair.advance(2s);
  // No index of the old session is known any more, and nothing is left to do.
  EXPECT_EQ(pair.a.device.nextTimerAt(), TimePoint::max());
  EXPECT_TRUE(pair.advance(1h).a.empty());
}

TEST(Timers, persistentKeepaliveStartsTheHandshakeAndGoesOn) {
  Pair pair;
  pair.a.peer->setPersistentKeepalive(25s, pair.now);
  auto first = pair.a.outgoing();
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(pair.carry(std::move(first)), 3U);  // initiation, response, keepalive
  auto sent = pair.advance(24999ms).a;
  EXPECT_TRUE(sent.empty());
  sent = pair.advance(1ms).a;
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_TRUE(isKeepalive(sent[0]));
  pair.carry(std::move(sent));
  // With nothing else to send, the new handshake comes with the first keepalive after two minutes.
  sent = pair.advance(100s).a;
  ASSERT_EQ(sent.size(), 5U);
  const auto initiation = std::ranges::find(sent, kInitiationSize, &Bytes::size);
  ASSERT_NE(initiation, sent.end());
  pair.a.peer->setPersistentKeepalive(0s, pair.now);
  pair.carry({*initiation});
  EXPECT_TRUE(pair.advance(60s).a.empty());
}
