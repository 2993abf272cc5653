#include "tunnel/noise/Device.h"

#include "NoiseFixtures.h"

using namespace berth;
using namespace berth::tunnel;
using namespace berth::tunnel::noise;
using namespace berth::tunnel::noise::test;

namespace {

// The random bytes of the vectors, in the order in which a device asks for them: its index, its ephemeral key, and
// two for a timer's jitter where it begins a handshake.
Bytes randomOf(const char* index, const char* ephemeral) {
  Bytes random = hex(std::string_view(index));
  const auto key = berth::test::vectorKey(ephemeral, "private");
  random.insert(random.end(), key.begin(), key.end());
  return random;
}
struct VectorPair {
  End a{privateKey("A"), publicKey("B"), kAddressA, kAddressB, randomOf("44332211", "ephemeral_A")};
  End b{privateKey("B"), publicKey("A"), kAddressB, kAddressA, randomOf("88776655", "ephemeral_B")};
};

Bytes message(const char* direction, std::size_t i) {
  return hex(vectors().at("wireguard").at(direction).at(i).at("message"));
}
Bytes inner(const char* direction, std::size_t i) {
  return hex(vectors().at("wireguard").at(direction).at(i).at("inner"));
}

}  // namespace

TEST(Device, wholeConversationMatchesTheVectors) {
  VectorPair pair;
  pair.a.peer->setPersistentKeepalive(25s, kStart);
  auto fromA = pair.a.outgoing();
  ASSERT_EQ(fromA.size(), 1U);
  EXPECT_EQ(fromA[0], hex(vectors().at("wireguard").at("initiation")));
  ASSERT_TRUE(std::holds_alternative<Nothing>(pair.b.receive(fromA[0], kStart)));
  auto fromB = pair.b.outgoing();
  ASSERT_EQ(fromB.size(), 1U);
  EXPECT_EQ(fromB[0], hex(vectors().at("wireguard").at("response")));
  ASSERT_TRUE(std::holds_alternative<Nothing>(pair.a.receive(fromB[0], kStart)));
  fromA = pair.a.outgoing();
  ASSERT_EQ(fromA.size(), 1U);
  EXPECT_EQ(fromA[0], message("initiator_to_responder", 0));
  ASSERT_TRUE(std::holds_alternative<Nothing>(pair.b.receive(fromA[0], kStart)));

  for (std::size_t i = 1; i < 4; ++i) {
    auto sent = pair.a.send(inner("initiator_to_responder", i), kStart);
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0], message("initiator_to_responder", i));
    const auto outcome = pair.b.receive(sent[0], kStart);
    const auto* delivered = std::get_if<DeliverPacket>(&outcome);
    ASSERT_NE(delivered, nullptr);
    EXPECT_EQ(delivered->peer, pair.b.peer);
    EXPECT_EQ(toBytes(delivered->packet), inner("initiator_to_responder", i));
  }
  for (std::size_t i = 0; i < 4; ++i) {
    auto sent = pair.b.send(inner("responder_to_initiator", i), kStart);
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0], message("responder_to_initiator", i));
    const auto outcome = pair.a.receive(sent[0], kStart);
    ASSERT_TRUE(std::holds_alternative<DeliverPacket>(outcome));
  }
  // Stock peers do not insist on padding, nor do we.
  Bytes unpadded = hex(vectors().at("wireguard").at("unpadded").at("message"));
  const auto outcome = pair.b.receive(unpadded, kStart);
  ASSERT_TRUE(std::holds_alternative<DeliverPacket>(outcome));
  EXPECT_EQ(toBytes(std::get<DeliverPacket>(outcome).packet), inner("initiator_to_responder", 1));
}

TEST(Device, encryptsInPlaceWithoutTouchingTheRest) {
  Pair pair;
  pair.establish();
  Bytes buffer(8 + transportSize(wire::kInnerMtu) + 8, std::byte{0xee});
  const ByteSpan room = ByteSpan(buffer).subspan(8, transportSize(wire::kInnerMtu));
  const Bytes packet = pingPacket(kAddressA, kAddressB);
  std::ranges::copy(packet, room.begin() + kTransportHeaderSize);
  const auto outcome = pair.a.device.encapsulate(*pair.a.peer, room, packet.size(), pair.now);
  const auto* send = std::get_if<SendDatagram>(&outcome);
  ASSERT_NE(send, nullptr);
  EXPECT_EQ(send->datagram.data(), room.data());
  EXPECT_EQ(send->datagram.size(), transportSize(packet.size()));
  EXPECT_EQ(buffer.front(), std::byte{0xee});
  EXPECT_EQ(buffer.back(), std::byte{0xee});
  const auto tooSmall =
      pair.a.device.encapsulate(*pair.a.peer, room.first(transportSize(packet.size()) - 1), packet.size(), pair.now);
  EXPECT_EQ(std::get<Refusal>(tooSmall), Refusal::TooBig);
}

TEST(Device, packetsWaitForTheHandshakeInOrder) {
  Pair pair;
  auto first = pair.a.sendPing(pair.now);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(typeOf(first[0]), MessageType::Initiation);
  const Bytes second = wire::makeTsmpPacket({wire::TsmpMessage::Kind::Pong, {}}, kAddressA, kAddressB);
  EXPECT_TRUE(pair.a.send(second, pair.now).empty());
  pair.carry(std::move(first));
  ASSERT_EQ(pair.deliveredToB.size(), 2U);
  EXPECT_EQ(pair.deliveredToB[0], pingPacket(kAddressA, kAddressB));
  EXPECT_EQ(pair.deliveredToB[1], second);
}

TEST(Device, oldestWaitingPacketsGoFirstWhenThereAreTooMany) {
  Pair pair;
  auto initiation = pair.a.sendPing(pair.now);
  for (std::size_t i = 0; i < kMaxStagedPackets; ++i)
    pair.a.send(wire::makeTsmpPacket({wire::TsmpMessage::Kind::Pong, {}}, kAddressA, kAddressB), pair.now);
  pair.carry(std::move(initiation));
  ASSERT_EQ(pair.deliveredToB.size(), kMaxStagedPackets);
  EXPECT_NE(pair.deliveredToB[0], pingPacket(kAddressA, kAddressB));
}

TEST(Device, responderIsSilentUntilItsKeysAreConfirmed) {
  Pair pair;
  auto initiation = pair.a.sendPing(pair.now);
  pair.b.receive(initiation[0], pair.now);
  auto response = pair.b.outgoing();
  ASSERT_EQ(response.size(), 1U);
  EXPECT_FALSE(pair.b.peer->hasSession(pair.now));
  EXPECT_TRUE(pair.b.sendPing(pair.now).empty());
  pair.carry({}, std::move(response));
  EXPECT_EQ(pair.deliveredToA.size(), 1U);
}

TEST(Device, reorderedPacketsArriveAndRepeatedOnesDoNot) {
  Pair pair;
  pair.establish();
  std::vector<Bytes> sent;
  for (int i = 0; i < 10; ++i) sent.push_back(std::move(pair.a.sendPing(pair.now)[0]));
  std::ranges::reverse(sent);
  for (const Bytes& datagram : sent) {
    Bytes first = datagram;
    Bytes again = datagram;
    EXPECT_TRUE(std::holds_alternative<DeliverPacket>(pair.b.receive(first, pair.now)));
    EXPECT_EQ(std::get<Refusal>(pair.b.receive(again, pair.now)), Refusal::BadTransport);
  }
}

TEST(Device, refusesForgedAndTruncatedMessages) {
  Pair pair;
  pair.establish();
  const Bytes good = std::move(pair.a.sendPing(pair.now)[0]);
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes bad = good;
    bad[i] ^= std::byte{0x40};
    EXPECT_TRUE(std::holds_alternative<Refusal>(pair.b.receive(bad, pair.now))) << i;
    Bytes cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_TRUE(std::holds_alternative<Refusal>(pair.b.receive(cut, pair.now))) << i;
  }
  Bytes intact = good;
  EXPECT_TRUE(std::holds_alternative<DeliverPacket>(pair.b.receive(intact, pair.now)));
}

TEST(Device, refusesInnerPacketsFromForeignAddresses) {
  Pair pair;
  pair.establish();
  Bytes datagram = std::move(pair.a.send(pingPacket(kAddressB, kAddressB), pair.now)[0]);
  EXPECT_EQ(std::get<Refusal>(pair.b.receive(datagram, pair.now)), Refusal::ForeignAddress);
  datagram = std::move(pair.a.send(toBytes(asBytes("not IPv6")), pair.now)[0]);
  EXPECT_EQ(std::get<Refusal>(pair.b.receive(datagram, pair.now)), Refusal::ForeignAddress);
}

TEST(Device, strangersGetNoAnswer) {
  Pair pair;
  End stranger(privateKey("ephemeral_A"), publicKey("B"), kAddressA, kAddressB);
  auto initiation = stranger.sendPing(pair.now);
  EXPECT_EQ(std::get<Refusal>(pair.b.receive(initiation[0], pair.now)), Refusal::UnknownPeer);
  auto forB = pair.a.sendPing(pair.now);
  EXPECT_EQ(std::get<Refusal>(stranger.receive(forB[0], pair.now)), Refusal::BadMac);
  EXPECT_TRUE(pair.b.outgoing().empty());
}

TEST(Device, refusesReplayedAndHurriedInitiations) {
  Pair pair;
  auto first = pair.a.sendPing(pair.now);
  Bytes replay = first[0];
  pair.b.receive(first[0], pair.now);
  pair.now += 1s;
  EXPECT_EQ(std::get<Refusal>(pair.b.receive(replay, pair.now)), Refusal::Replayed);

  // Another process with the same key and a newer timestamp, but too soon after.
  pair.now += 10s;
  End again(privateKey("A"), publicKey("B"), kAddressA, kAddressB, Bytes(8, std::byte{9}));
  End onceMore(privateKey("A"), publicKey("B"), kAddressA, kAddressB, Bytes(8, std::byte{8}));
  auto second = again.sendPing(pair.now);
  auto third = onceMore.sendPing(pair.now + 19ms);
  EXPECT_TRUE(std::holds_alternative<Nothing>(pair.b.receive(second[0], pair.now)));
  EXPECT_EQ(std::get<Refusal>(pair.b.receive(third[0], pair.now + 19ms)), Refusal::Replayed);
}

TEST(Device, bothBeginningAtOnceStillWorks) {
  Pair pair;
  auto fromA = pair.a.sendPing(pair.now);
  auto fromB = pair.b.sendPing(pair.now);
  pair.carry(std::move(fromA), std::move(fromB));
  pair.carry(pair.a.sendPing(pair.now), pair.b.sendPing(pair.now));
  EXPECT_EQ(pair.deliveredToA.size(), 2U);
  EXPECT_EQ(pair.deliveredToB.size(), 2U);
}

TEST(Device, presharedKeysMustBeTheSame) {
  SecretHash key;
  key.bytes.fill(std::byte{7});
  Pair pair;
  pair.a.peer->setPresharedKey(key);
  auto initiation = pair.a.sendPing(pair.now);
  EXPECT_TRUE(std::holds_alternative<Nothing>(pair.b.receive(initiation[0], pair.now))) << "not looked at so early";
  auto response = pair.b.outgoing();
  ASSERT_EQ(response.size(), 1U);
  EXPECT_EQ(std::get<Refusal>(pair.a.receive(response[0], pair.now)), Refusal::BadHandshake);

  pair.b.peer->setPresharedKey(key);
  pair.carry(pair.advance(6s).a);
  EXPECT_TRUE(pair.a.peer->hasSession(pair.now));
  EXPECT_EQ(pair.deliveredToB.size(), 1U);
}

TEST(Device, underLoadAsksForACookieAndTakesIt) {
  Pair pair;
  Bytes flood = hex(vectors().at("wireguard").at("initiation"));
  for (int i = 0; i < kInitiationsPerSecondBeforeLoad; ++i) pair.b.receive(flood, pair.now);
  pair.b.outgoing();
  pair.now += 100ms;
  auto initiation = pair.a.sendPing(pair.now);
  const auto outcome = pair.b.receive(initiation[0], pair.now);
  ASSERT_TRUE(std::holds_alternative<ReplyToSource>(outcome));
  Bytes reply = std::get<ReplyToSource>(outcome).datagram;
  EXPECT_EQ(reply.size(), kCookieReplySize);
  EXPECT_TRUE(std::holds_alternative<Nothing>(pair.a.receive(reply, pair.now)));
  EXPECT_TRUE(pair.a.outgoing().empty());  // only its timer tries again

  const auto retry = pair.advance(6s);
  ASSERT_EQ(retry.a.size(), 1U);
  EXPECT_NE(toHex(retry.a[0]).substr(2 * 132), std::string(32, '0'));
  for (int i = 0; i <= kInitiationsPerSecondBeforeLoad; ++i) pair.b.receive(flood, pair.now);
  pair.b.outgoing();
  pair.carry(retry.a);
  EXPECT_EQ(pair.deliveredToB.size(), 1U);
}

TEST(Device, underLoadOneSourceHasItsShareOnly) {
  LoadLimiter limiter;
  for (int i = 0; i < kSourceBurst; ++i) EXPECT_TRUE(limiter.takeToken(asBytes("a"), kStart));
  EXPECT_FALSE(limiter.takeToken(asBytes("a"), kStart));
  EXPECT_TRUE(limiter.takeToken(asBytes("b"), kStart));
  EXPECT_TRUE(limiter.takeToken(asBytes("a"), kStart + 51ms));
  for (std::size_t i = 0; i < kMaxLimitedSources + 10; ++i) limiter.takeToken(asBytes(std::to_string(i)), kStart);
  EXPECT_FALSE(limiter.takeToken(asBytes("new"), kStart));
  EXPECT_TRUE(limiter.takeToken(asBytes("new"), kStart + 1s));
}

TEST(Device, routesFollowThePeersAddresses) {
  Pair pair;
  Device& device = pair.a.device;
  EXPECT_EQ(device.findPeer(kAddressB), pair.a.peer);
  EXPECT_EQ(device.findPeer(kAddressA), nullptr);
  Peer* other = device.putPeer(publicKey("ephemeral_B"), {kAddressB});
  EXPECT_EQ(device.findPeer(kAddressB), other);
  device.removePeer(publicKey("ephemeral_B"));
  EXPECT_EQ(device.findPeer(kAddressB), nullptr);
  EXPECT_EQ(device.putPeer(publicKey("B"), {kAddressB}), pair.a.peer);
  EXPECT_EQ(device.findPeer(kAddressB), pair.a.peer);
  EXPECT_EQ(device.putPeer(device.publicKey(), {}), nullptr);
  EXPECT_EQ(device.putPeer(wire::NodePublic(), {}), nullptr);
}

TEST(Device, removedPeersLeaveNothingBehind) {
  Pair pair;
  pair.establish();
  Bytes datagram = std::move(pair.a.sendPing(pair.now)[0]);
  pair.b.device.removePeer(publicKey("A"));
  EXPECT_EQ(std::get<Refusal>(pair.b.receive(datagram, pair.now)), Refusal::UnknownIndex);
  pair.b.device.onTimer(pair.now + 1h);
  EXPECT_TRUE(pair.b.outgoing().empty());
  EXPECT_EQ(pair.b.device.peerCount(), 0U);
}
