#include "tunnel/noise/Handshake.h"

#include "NoiseFixtures.h"
#include "tunnel/noise/Cookie.h"

using namespace berth;
using namespace berth::tunnel;
using namespace berth::tunnel::noise;
using namespace berth::tunnel::noise::test;

namespace {

const boost::json::object& wireguard() { return vectors().at("wireguard").as_object(); }

FakeRng rngOf(const char* ephemeral) { return FakeRng(toBytes(berth::test::vectorKey(ephemeral, "private"))); }

struct Initiator {
  StaticIdentity own{privateKey("A")};
  StaticPeer peer = *StaticPeer::make(own, publicKey("B"));
  BegunInitiation begun = [this] {
    auto rng = rngOf("ephemeral_A");
    return *beginInitiation(own, peer, 0x11223344, timestampOf(kWallStart), rng);
  }();
};

}  // namespace

TEST(Handshake, timestampIsTai64n) {
  EXPECT_EQ(toHex(timestampOf(kWallStart)), berth::test::text(wireguard().at("timestamp")));
  const auto later = timestampOf(kWallStart + 999ms);
  EXPECT_GT(later, timestampOf(kWallStart));
  EXPECT_EQ(toHex(later).substr(18), "000000");  // 0x3b000000: low 24 bits cleared
}

TEST(Handshake, initiationMatchesTheVector) {
  Initiator a;
  Bytes message = emit(a.begun.message);
  CookieJar(publicKey("B")).writeMacs(message, kStart);
  EXPECT_EQ(toHex(message), berth::test::text(wireguard().at("initiation")));
}

TEST(Handshake, responseAndKeysMatchTheVector) {
  Initiator a;
  const StaticIdentity own(privateKey("B"));
  const auto peer = StaticPeer::make(own, publicKey("A"));
  const auto opened = openInitiation(own, a.begun.message);
  ASSERT_TRUE(peer && opened);
  EXPECT_EQ(opened->initiator, publicKey("A"));
  const auto read = readInitiation(*opened, *peer, a.begun.message);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->timestamp, timestampOf(kWallStart));
  auto rng = rngOf("ephemeral_B");
  const auto responded = respond(*read, *peer, 0x55667788, rng);
  ASSERT_TRUE(responded);
  Bytes message = emit(responded->message);
  CookieJar(publicKey("A")).writeMacs(message, kStart);
  EXPECT_EQ(toHex(message), berth::test::text(wireguard().at("response")));

  const auto keys = finishInitiation(a.own, a.peer, a.begun.pending, responded->message);
  ASSERT_TRUE(keys);
  EXPECT_EQ(toHex(keys->send.bytes), berth::test::text(wireguard().at("key_initiator_sends")));
  EXPECT_EQ(toHex(keys->receive.bytes), berth::test::text(wireguard().at("key_initiator_receives")));
  EXPECT_EQ(responded->keys.send.bytes, keys->receive.bytes);
  EXPECT_EQ(responded->keys.receive.bytes, keys->send.bytes);
}

TEST(Handshake, anyChangedByteIsNoticed) {
  Initiator a;
  const StaticIdentity own(privateKey("B"));
  const auto peer = StaticPeer::make(own, publicKey("A"));
  const Bytes good = emit(a.begun.message);
  for (std::size_t i = 8; i < 116; ++i) {
    Bytes bad = good;
    bad[i] ^= std::byte{0x10};
    const Initiation message = parseInitiation(bad);
    const auto opened = openInitiation(own, message);
    EXPECT_FALSE(opened && readInitiation(*opened, *peer, message)) << "byte " << i;
  }
}

TEST(Handshake, refusesAnEphemeralThatSharesNoSecret) {
  Initiation message;
  EXPECT_FALSE(openInitiation(StaticIdentity(privateKey("B")), message));
  Initiator a;
  EXPECT_FALSE(finishInitiation(a.own, a.peer, a.begun.pending, Response{}));
  EXPECT_FALSE(StaticPeer::make(a.own, wire::NodePublic()));
}
