#include "tunnel/noise/Messages.h"

#include "NoiseFixtures.h"

using namespace berth;
using namespace berth::tunnel::noise;
using namespace berth::tunnel::noise::test;

TEST(Messages, wantTheirExactSizes) {
  for (const auto& [type, size] : {std::pair{1, kInitiationSize}, {2, kResponseSize}, {3, kCookieReplySize}}) {
    Bytes datagram(size);
    datagram[0] = static_cast<std::byte>(type);
    EXPECT_EQ(typeOf(datagram), static_cast<MessageType>(type));
    EXPECT_FALSE(typeOf(ByteView(datagram).first(size - 1)));
    datagram.push_back(std::byte{0});
    EXPECT_FALSE(typeOf(datagram));
  }
}

TEST(Messages, transportHasAMinimumOnly) {
  Bytes datagram(kMinTransportSize);
  datagram[0] = std::byte{4};
  EXPECT_EQ(typeOf(datagram), MessageType::Transport);
  EXPECT_FALSE(typeOf(ByteView(datagram).first(kMinTransportSize - 1)));
  datagram.resize(2000);
  EXPECT_EQ(typeOf(datagram), MessageType::Transport);
}

TEST(Messages, reservedBytesMustBeZero) {
  for (std::size_t i = 1; i < 4; ++i) {
    Bytes datagram(kMinTransportSize);
    datagram[0] = std::byte{4};
    datagram[i] = std::byte{1};
    EXPECT_FALSE(typeOf(datagram));
  }
  EXPECT_FALSE(typeOf({}));
  EXPECT_FALSE(typeOf(hex("04000000")));
}

TEST(Messages, roundTrip) {
  const Bytes initiation = hex(vectors().at("wireguard").at("initiation"));
  Bytes again = emit(parseInitiation(initiation));
  EXPECT_EQ(ByteView(again).first(116).size(), 116U);
  EXPECT_TRUE(std::ranges::equal(ByteView(again).first(116), ByteView(initiation).first(116)));
  const Bytes response = hex(vectors().at("wireguard").at("response"));
  again = emit(parseResponse(response));
  EXPECT_TRUE(std::ranges::equal(ByteView(again).first(60), ByteView(response).first(60)));
}

TEST(Messages, paddingMatchesTheTable) {
  for (const auto& row : vectors().at("wireguard").at("padding").as_array()) {
    const auto inner = row.at("inner_length").to_number<std::size_t>();
    EXPECT_EQ(paddedSize(inner), row.at("padded_length").to_number<std::size_t>());
    EXPECT_EQ(transportSize(inner), row.at("message_length").to_number<std::size_t>());
  }
}
