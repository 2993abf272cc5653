#include "tunnel/wire/Keys.h"

#include <gtest/gtest.h>

#include "tests/support/VectorKeys.h"

using namespace berth;
using namespace berth::tunnel::wire;
using berth::test::hex;

namespace {

KeyBytes keyBytes(std::string_view text) {
  KeyBytes out;
  std::ranges::copy(hex(text), out.begin());
  return out;
}

}  // namespace

TEST(Keys, publicKeysMatchTheVectors) {
  for (const char* name : {"A", "B", "ephemeral_A", "ephemeral_B"}) {
    EXPECT_EQ(test::vectorPrivate<NodePrivate>(name).publicKey(), test::vectorPublic<NodePublic>(name)) << name;
  }
}

// RFC 7748 6.1
TEST(Keys, agreeOnASharedSecret) {
  const auto alice = keyBytes("77076d0a7318a57d3c16c17251b26645df4c2f92ebc099ba5a9b1b0d3a5e0d2a");
  const auto bob = keyBytes("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
  const auto shared = scalarMultiply(alice, scalarMultiplyBase(bob));
  const auto same = scalarMultiply(bob, scalarMultiplyBase(alice));
  ASSERT_TRUE(shared && same);
  EXPECT_EQ(*shared, *same);
}

TEST(Keys, refuseLowOrderPoints) {
  const auto scalar = test::vectorKey("A", "private");
  EXPECT_FALSE(scalarMultiply(scalar, KeyBytes{}));
  EXPECT_FALSE(scalarMultiply(scalar, keyBytes("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")));
}

TEST(Keys, generatedPrivateKeysAreClamped) {
  test::FakeRng rng(Bytes(32, std::byte{0xff}));
  const auto key = DiscoPrivate::generate(rng);
  EXPECT_EQ(key.reveal()[0], std::byte{0xf8});
  EXPECT_EQ(key.reveal()[31], std::byte{0x7f});
}

TEST(Keys, textFormsGoThereAndBack) {
  const auto key = test::vectorPublic<NodePublic>("A");
  EXPECT_EQ(key.toString(), "nodekey:07a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b86d1c7c");
  EXPECT_EQ(NodePublic::parse(key.toString()), key);
  EXPECT_EQ(DiscoPublic(key.bytes()).toString().substr(0, 11), "discokey:07");
  EXPECT_EQ(RelayPublic(key.bytes()).toString().size(), 64U);
}

TEST(Keys, refuseOtherTexts) {
  const std::string good = NodePublic().toString();
  EXPECT_TRUE(NodePublic::parse(good));
  EXPECT_FALSE(NodePublic::parse(good + "0"));
  EXPECT_FALSE(NodePublic::parse(good.substr(0, good.size() - 1)));
  EXPECT_FALSE(DiscoPublic::parse(good));
  EXPECT_FALSE(NodePublic::parse("nodekey:" + std::string(64, 'g')));
  EXPECT_FALSE(NodePublic::parse(""));
}

TEST(Keys, protobufFormHasItsPrefix) {
  const auto key = test::vectorPublic<NodePublic>("B");
  const std::string proto = toProto(key);
  EXPECT_EQ(toHex(asBytes(proto)).substr(0, 8), "6e705869");
  EXPECT_EQ(nodePublicFromProto(asBytes(proto)), key);
  EXPECT_FALSE(nodePublicFromProto(asBytes(proto).first(33)));
  EXPECT_FALSE(nodePublicFromProto(asBytes(proto).subspan(2)));
}
