#include "tunnel/disco/Message.h"

#include <openssl/sha.h>

#include "DiscoFixtures.h"

using namespace berth;
using namespace berth::tunnel;
using namespace berth::tunnel::disco;
using namespace berth::tunnel::disco::test;

namespace {

std::string sha256(ByteView data) {
  std::array<std::byte, SHA256_DIGEST_LENGTH> out;
  SHA256(reinterpret_cast<const unsigned char*>(data.data()), data.size(),
         reinterpret_cast<unsigned char*>(out.data()));
  return toHex(out);
}

// A message from one key to the other must be the vector of that name.
void expectVector(const char* name, const Message& message, const char* from, const char* to) {
  const auto& vector = named(vectors().at("disco"), name);
  FakeRng rng(hex(vector.at("nonce")));
  const auto box = wire::Box::make(discoPrivate(from), discoPublic(to));
  const Bytes packet = seal(message, discoPublic(from), *box, rng);
  EXPECT_EQ(packet.size(), vector.at("length").to_number<std::size_t>()) << name;
  EXPECT_EQ(sha256(packet), berth::test::text(vector.at("sha256"))) << name;
  EXPECT_TRUE(looksLikeDisco(packet));
  EXPECT_EQ(senderOf(packet), discoPublic(from));
  const auto opened = open(packet, *wire::Box::make(discoPrivate(to), discoPublic(from)));
  ASSERT_TRUE(opened) << name;
  EXPECT_EQ(*opened, message) << name;
}

std::optional<Message> openVector(const char* name, const char* from, const char* to) {
  return open(hex(named(vectors().at("disco"), name).at("bytes")),
              *wire::Box::make(discoPrivate(to), discoPublic(from)));
}

Bytes boxed(ByteView plaintext) {
  const wire::Box::Nonce nonce{};
  Bytes packet = toBytes(wire::kDiscoMagic);
  for (const auto& part : {toBytes(discoPublic("A").bytes()), toBytes(nonce),
                           wire::Box::make(discoPrivate("A"), discoPublic("B"))->seal(plaintext, nonce)})
    packet.insert(packet.end(), part.begin(), part.end());
  return packet;
}
std::optional<Message> openBoxed(std::string_view plaintext) {
  return open(boxed(hex(plaintext)), *wire::Box::make(discoPrivate("B"), discoPublic("A")));
}

}  // namespace

TEST(Message, paddedOnesMatchTheVectors) {
  expectVector("ping A to B, padded, version 1", Ping{kId, nodePublic("ephemeral_A")}, "A", "B");
  expectVector("pong B to A, 192.0.2.1:41641, padded", Pong{kId, *wire::Endpoint::parse("192.0.2.1:41641")}, "B", "A");
  expectVector("pong B to A for a ping over relay region 999", Pong{kId, wire::relayEndpoint(999)}, "B", "A");
}

TEST(Message, callMeMaybeMatchesTheVectors) {
  expectVector(
      "call-me-maybe A to B",
      CallMeMaybe{{*wire::Endpoint::parse("198.51.100.7:41641"), *wire::Endpoint::parse("[2001:db8::7]:41642")}}, "A",
      "B");
  expectVector("call-me-maybe A to B without endpoints", CallMeMaybe{}, "A", "B");
}

TEST(Message, takesUnpaddedOnesOfOlderPeers) {
  EXPECT_EQ(openVector("ping A to B, unpadded, version 0", "A", "B"), Message(Ping{kId, nodePublic("ephemeral_A")}));
  EXPECT_EQ(openVector("pong B to A, unpadded, version 0", "B", "A"),
            Message(Pong{kId, *wire::Endpoint::parse("192.0.2.1:41641")}));
}

TEST(Message, pingNeedsATransactionOnly) {
  EXPECT_EQ(openBoxed("0100101112131415161718191a1b"), Message(Ping{kId, std::nullopt}));
  EXPECT_FALSE(openBoxed("0100101112131415161718191a"));
  EXPECT_FALSE(openBoxed("0200101112131415161718191a1b00000000000000000000ffffc0000201a2"));
}

TEST(Message, oddCallMeMaybeHasNoEndpoints) {
  EXPECT_EQ(openBoxed("030100000000000000000000ffffc6336407a2a9"), Message(CallMeMaybe{}));
  EXPECT_EQ(openBoxed("030000000000000000000000ffffc6336407a2"), Message(CallMeMaybe{}));
}

TEST(Message, unknownTypesAndEmptyTextsAreNothing) {
  EXPECT_FALSE(openBoxed("0400101112131415161718191a1b"));
  EXPECT_FALSE(openBoxed("01"));
  EXPECT_FALSE(openBoxed(""));
}

TEST(Message, truncatedAndForgedPacketsDoNotOpen) {
  const Bytes packet = hex(named(vectors().at("disco"), "call-me-maybe A to B").at("bytes"));
  const auto box = *wire::Box::make(discoPrivate("B"), discoPublic("A"));
  for (std::size_t size = 0; size < packet.size(); ++size) EXPECT_FALSE(open(ByteView(packet).first(size), box));
  Bytes forged = packet;
  forged.back() ^= std::byte{1};
  EXPECT_FALSE(open(forged, box));
}

TEST(Message, wireGuardIsNotDisco) {
  EXPECT_FALSE(looksLikeDisco(hex(vectors().at("wireguard").at("initiation"))));
  EXPECT_FALSE(looksLikeDisco({}));
  EXPECT_FALSE(looksLikeDisco(ByteView(boxed({})).first(37)));
  EXPECT_TRUE(looksLikeDisco(ByteView(boxed({})).first(38)));
}
