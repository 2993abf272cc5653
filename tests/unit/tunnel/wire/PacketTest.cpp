#include "tunnel/wire/Packet.h"

#include <gtest/gtest.h>

#include "tests/support/Vectors.h"

using namespace berth;
using namespace berth::tunnel::wire;
using berth::test::hex;
using berth::test::named;
using berth::test::vectors;

namespace {

Bytes inner(const char* direction, const char* name) {
  return hex(named(vectors().at("wireguard").at(direction), name).at("inner"));
}
const Ipv6 kClient = *Ipv6::parse("fd7a:115c:a1e0:4333:8444:5555:5555:5555");
const Ipv6 kAgent = *Ipv6::parse("fd7a:115c:a1e0:4f0a:9d3b:a1b:2c3d:4e5f");
constexpr TsmpData kData{std::byte{0}, std::byte{1}, std::byte{2}, std::byte{3},
                         std::byte{4}, std::byte{5}, std::byte{6}, std::byte{7}};

}  // namespace

TEST(Packet, readsTheHeader) {
  const Bytes packet = inner("initiator_to_responder", "TCP SYN 40000 to 1, sequence 1000, MSS 1220");
  const auto header = parseIpv6(packet);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->source, kClient);
  EXPECT_EQ(header->destination, kAgent);
  EXPECT_TRUE(header->is(IpProtocol::Tcp));
  EXPECT_EQ(header->packetSize(), packet.size());
  const auto ports = parsePorts(ByteView(packet).subspan(kIpv6HeaderSize));
  ASSERT_TRUE(ports);
  EXPECT_EQ(ports->source, 40000);
  EXPECT_EQ(ports->destination, 1);
}

TEST(Packet, refusesWhatIsNotCompletelyThere) {
  const Bytes packet = inner("initiator_to_responder", "TSMP ping");
  for (std::size_t size = 0; size < packet.size(); ++size) EXPECT_FALSE(parseIpv6(ByteView(packet).first(size)));
  Bytes version4 = packet;
  version4[0] = std::byte{0x45};
  EXPECT_FALSE(parseIpv6(version4));
}

TEST(Tsmp, pingAndPongMatchTheVectors) {
  EXPECT_EQ(makeTsmpPacket({TsmpMessage::Kind::Ping, kData}, kClient, kAgent),
            inner("initiator_to_responder", "TSMP ping"));
  EXPECT_EQ(makeTsmpPacket({TsmpMessage::Kind::Pong, kData}, kAgent, kClient),
            inner("responder_to_initiator", "TSMP pong"));
}

TEST(Tsmp, pongAnswersThePing) {
  const Bytes ping = inner("initiator_to_responder", "TSMP ping");
  const auto header = parseIpv6(ping);
  const auto message = parseTsmp(ByteView(ping).subspan(kIpv6HeaderSize));
  ASSERT_TRUE(header && message);
  EXPECT_EQ(message->kind, TsmpMessage::Kind::Ping);
  const Bytes pong = makeTsmpPong(*header, message->data);
  EXPECT_EQ(parseIpv6(pong)->source, kAgent);
  EXPECT_EQ(parseIpv6(pong)->flowLabel, 0xfffffU);
  EXPECT_EQ(parseTsmp(ByteView(pong).subspan(kIpv6HeaderSize))->data, kData);
}

TEST(Tsmp, takesAPongWithoutPortButNoReject) {
  EXPECT_TRUE(parseTsmp(hex("6f0001020304050607")));
  EXPECT_FALSE(parseTsmp(hex("6f00010203040506")));
  EXPECT_FALSE(parseTsmp(hex("21064100160017")));
  EXPECT_FALSE(parseTsmp({}));
}
