#include "tunnel/noise/Crypto.h"

#include "NoiseFixtures.h"

using namespace berth;
using namespace berth::tunnel::noise;
using namespace berth::tunnel::noise::test;

// RFC 7693 appendix B
TEST(Crypto, blake2sOfAbc) {
  EXPECT_EQ(toHex(hash(asBytes("abc"))), "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982");
  EXPECT_EQ(hash(asBytes("a"), asBytes("bc")), hash(asBytes("abc")));
}

// reference/tailnet.md 10.2: C after step 2 of the initiation.
TEST(Crypto, kdfMatchesTheTranscript) {
  const SecretHash c0(hash(asBytes("Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s")));
  EXPECT_EQ(toHex(c0.bytes), "60e26daef327efc02ec335e2a025d2d016eb4206f87277f52d38d1988b78cd36");
  const auto c = kdf<1>(c0, publicKey("ephemeral_A").bytes())[0];
  EXPECT_EQ(toHex(c.bytes), "914c3f4423fedfc7e3f0ca1e20ac4f1fc4752afee9ce67d305352813d450c2e2");
}

TEST(Crypto, aeadOpensWhatItSealedAndNothingElse) {
  SecretHash key;
  key.bytes.fill(std::byte{7});
  Aead seal(key, Aead::Direction::Seal);
  Aead open(key, Aead::Direction::Open);
  Bytes message = toBytes(asBytes("sixteen letters!"));
  message.resize(message.size() + kTagSize);
  for (std::uint64_t counter : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 40}) {
    Bytes sealed = message;
    seal.seal(counter, sealed, sealed.size() - kTagSize);
    Bytes wrongCounter = sealed;
    EXPECT_FALSE(open.open(counter + 1, wrongCounter));
    Bytes forged = sealed;
    forged[3] ^= std::byte{1};
    EXPECT_FALSE(open.open(counter, forged));
    ASSERT_TRUE(open.open(counter, sealed));
    EXPECT_EQ(asText(sealed).substr(0, 16), "sixteen letters!");
  }
  Bytes tooShort(kTagSize - 1);
  EXPECT_FALSE(open.open(0, tooShort));
}
