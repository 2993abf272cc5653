#include "tunnel/noise/Cookie.h"

#include "NoiseFixtures.h"

using namespace berth;
using namespace berth::tunnel::noise;
using namespace berth::tunnel::noise::test;

namespace {

// reference/tailnet.md 10.2, "Cookie"
const Bytes kSource = hex("c00002016cca");
FakeRng cookieRng() {
  Bytes random;
  for (int i = 0xa0; i < 0xc0; ++i) random.push_back(static_cast<std::byte>(i));  // the secret
  for (int i = 0; i < 0x18; ++i) random.push_back(static_cast<std::byte>(i));     // the nonce
  return FakeRng(random);
}
Bytes initiation() { return hex(vectors().at("wireguard").at("initiation")); }

}  // namespace

TEST(Cookie, replyMatchesTheTranscript) {
  CookieChecker checker(publicKey("B"));
  auto rng = cookieRng();
  EXPECT_TRUE(checker.hasGoodMac1(initiation()));
  EXPECT_EQ(toHex(emit(checker.reply(initiation(), 0x11223344, kSource, kStart, rng))),
            "0300000044332211000102030405060708090a0b0c0d0e0f1011121314151617563d77260c396368d86514037b7daba9a7588cbd"
            "688653a10437a45b6a6e6c9d");
}

TEST(Cookie, mac2MatchesTheTranscriptOnceTheReplyWasTaken) {
  CookieChecker checker(publicKey("B"));
  CookieJar jar(publicKey("B"));
  auto rng = cookieRng();
  Bytes message = initiation();
  jar.writeMacs(message, kStart);
  EXPECT_EQ(message, initiation());
  EXPECT_FALSE(checker.hasGoodMac2(message, kSource, kStart));
  ASSERT_TRUE(jar.takeReply(checker.reply(message, 0x11223344, kSource, kStart, rng), kStart));
  jar.writeMacs(message, kStart);
  EXPECT_EQ(toHex(message).substr(2 * 132), "abff3c76925eaa63d798c2fcc4fcaba3");
  EXPECT_TRUE(checker.hasGoodMac2(message, kSource, kStart));
  EXPECT_FALSE(checker.hasGoodMac2(message, hex("c00002026cca"), kStart));
}

TEST(Cookie, isForgottenAfterTwoMinutesByBothSides) {
  CookieChecker checker(publicKey("B"));
  CookieJar jar(publicKey("B"));
  auto rng = cookieRng();
  Bytes message = initiation();
  jar.writeMacs(message, kStart);
  ASSERT_TRUE(jar.takeReply(checker.reply(message, 1, kSource, kStart, rng), kStart));
  jar.writeMacs(message, kStart + kCookieValidity - 1s);
  EXPECT_TRUE(checker.hasGoodMac2(message, kSource, kStart + kCookieValidity - 1s));
  EXPECT_FALSE(checker.hasGoodMac2(message, kSource, kStart + kCookieValidity));
  Bytes fresh = initiation();
  jar.writeMacs(fresh, kStart + kCookieValidity);
  EXPECT_EQ(fresh, initiation());
}

TEST(Cookie, refusesAReplyToAnotherMessage) {
  CookieChecker checker(publicKey("B"));
  auto rng = cookieRng();
  auto reply = checker.reply(initiation(), 1, kSource, kStart, rng);
  CookieJar jar(publicKey("B"));
  EXPECT_FALSE(jar.takeReply(reply, kStart));
  Bytes other = initiation();
  other[20] ^= std::byte{1};
  jar.writeMacs(other, kStart);
  EXPECT_FALSE(jar.takeReply(reply, kStart));
  jar.writeMacs(other = initiation(), kStart);
  reply.sealedCookie[0] ^= std::byte{1};
  EXPECT_FALSE(jar.takeReply(reply, kStart));
}

TEST(Cookie, mac1IsForOneReceiverOnly) { EXPECT_FALSE(CookieChecker(publicKey("A")).hasGoodMac1(initiation())); }
