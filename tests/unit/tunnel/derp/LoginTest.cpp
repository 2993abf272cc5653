#include "tunnel/derp/Login.h"

#include "DerpFixtures.h"

using namespace berth;
using namespace berth::tunnel;
using namespace berth::tunnel::derp;
using namespace berth::tunnel::derp::test;

namespace {

ByteView payload(const Bytes& frame) { return ByteView(frame).subspan(kFrameHeaderSize); }
FakeRng countingFrom(int first) {
  Bytes nonce;
  for (int i = first; i < first + 0x18; ++i) nonce.push_back(static_cast<std::byte>(i));
  return FakeRng(nonce);
}
wire::Box clientsBox() { return *wire::Box::make(nodePrivate("A"), relayPrivate("B").publicKey()); }
wire::Box relaysBox() { return *wire::Box::make(relayPrivate("B"), nodePublic("A")); }

}  // namespace

TEST(Login, framesMatchTheVectors) {
  EXPECT_EQ(makeServerKey(relayPrivate("B").publicKey()), vectorFrame("ServerKey B"));
  auto rng = countingFrom(0);
  EXPECT_EQ(makeClientInfo({}, nodePublic("A"), clientsBox(), rng), vectorFrame("ClientInfo A to B, nonce 00..17"));
  rng = countingFrom(0);
  EXPECT_EQ(makeServerInfo({}, relaysBox(), rng), vectorFrame("ServerInfo B to A, nonce 00..17"));
  rng = countingFrom(0x18);
  EXPECT_EQ(makeServerInfo({}, relaysBox(), rng), vectorFrame("ServerInfo B to A, nonce 18..2f"));
}

TEST(Login, eachEndReadsTheOthersFrames) {
  EXPECT_EQ(parseServerKey(payload(vectorFrame("ServerKey B"))), relayPrivate("B").publicKey());
  const auto opened = openClientInfo(payload(vectorFrame("ClientInfo A to B, nonce 00..17")), relayPrivate("B"));
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->client, nodePublic("A"));
  const auto info = openServerInfo(payload(vectorFrame("ServerInfo B to A, nonce 00..17")), clientsBox());
  ASSERT_TRUE(info);
  EXPECT_EQ(info->version, 2);
  EXPECT_FALSE(info->rate.isLimited());
}

TEST(Login, serverKeyMayBeLonger) {
  Bytes longer = toBytes(payload(vectorFrame("ServerKey B")));
  longer.push_back(std::byte{1});
  EXPECT_TRUE(parseServerKey(longer));
  EXPECT_FALSE(parseServerKey(ByteView(longer).first(39)));
  longer[0] = std::byte{0};
  EXPECT_FALSE(parseServerKey(longer));
}

TEST(Login, rateLimitTravels) {
  auto rng = countingFrom(0);
  const Bytes frame = makeServerInfo({kProtocolVersion, {1000, 5000}}, relaysBox(), rng);
  const auto info = openServerInfo(payload(frame), clientsBox());
  ASSERT_TRUE(info);
  EXPECT_EQ(info->rate.perSecond, 1000);
  EXPECT_EQ(info->rate.burst, 5000);
}

TEST(Login, refusesWhatDoesNotOpenOrIsNoObject) {
  const Bytes good = vectorFrame("ClientInfo A to B, nonce 00..17");
  for (std::size_t size = 0; size < payload(good).size(); ++size)
    EXPECT_FALSE(openClientInfo(payload(good).first(size), relayPrivate("B")));
  EXPECT_FALSE(openClientInfo(payload(good), relayPrivate("A")));
  EXPECT_FALSE(openServerInfo({}, clientsBox()));
  for (const char* text : {"", "[]", "{", "17"}) {
    const wire::Box::Nonce nonce{};
    Bytes bad = toBytes(nodePublic("A").bytes());
    bad.insert(bad.end(), nonce.begin(), nonce.end());
    for (const std::byte b : clientsBox().seal(asBytes(text), nonce)) bad.push_back(b);
    EXPECT_FALSE(openClientInfo(bad, relayPrivate("B"))) << text;
  }
}
