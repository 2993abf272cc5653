// UDP, TSMP, ICMPv6 and packets that are none of them.
#include "tests/support/Run.h"
#include "tests/unit/tunnel/netstack/JoinedStacks.h"
#include "tunnel/netstack/Tsmp.h"
#include "tunnel/netstack/Udp.h"
#include "tunnel/wire/Packet.h"

using namespace berth;
using namespace berth::tunnel;
using namespace berth::tunnel::netstack;

TEST(NetstackUdp, carriesDatagramsBothWays) {
  JoinedStacks net;
  std::string answer;
  net.right.setUdpHandler([&](const Flow& flow, ByteView payload) {
    EXPECT_EQ(flow.destinationPort, 53);
    EXPECT_EQ(asText(payload), "question");
    net.right.sendUdp({flow.destination, flow.destinationPort, flow.source, flow.sourcePort}, asBytes("answer"));
  });
  net.left.setUdpHandler([&](const Flow& flow, ByteView payload) {
    EXPECT_EQ(flow.destinationPort, 4000);
    answer = asText(payload);
  });
  EXPECT_TRUE(net.left.sendUdp({kLeftAddress, 4000, kRightAddress, 53}, asBytes("question")));
  net.settle();
  EXPECT_EQ(answer, "answer");
}

TEST(NetstackUdp, refusesWhatDoesNotFit) {
  JoinedStacks net;
  EXPECT_TRUE(net.left.sendUdp({kLeftAddress, 1, kRightAddress, 2}, Bytes(1232)));
  EXPECT_FALSE(net.left.sendUdp({kLeftAddress, 1, kRightAddress, 2}, Bytes(1233)));
}

// The expected bytes were computed by hand from RFC 768 and RFC 8200 8.1.
TEST(Udp, checksumsAsOthersDo) {
  const Bytes packet = makeUdpPacket({kLeftAddress, 1, kRightAddress, 2}, asBytes("abc"));
  EXPECT_EQ(toHex(ByteView(packet).subspan(40)), "00010002000bda00616263");
}

TEST(Udp, refusesTruncatedAndWrongLengths) {
  const wire::Ipv6Header header;
  const Bytes packet = makeUdpPacket({kLeftAddress, 1, kRightAddress, 2}, asBytes("abc"));
  const ByteView segment = ByteView(packet).subspan(40);
  EXPECT_TRUE(parseUdp(header, segment));
  for (std::size_t size = 0; size < segment.size(); ++size) EXPECT_FALSE(parseUdp(header, segment.first(size)));
}

// A pong at a moment when no wait is there to be cancelled, as when the timer has just expired: it must count all the
// same, or the pings go on until the deadline.
TEST(Tsmp, takesAPongThatInterruptsNoWait) {
  asio::io_context io;
  const SystemClock clock;
  int sent = 0;
  std::unique_ptr<TsmpPinger> pinger;
  pinger = std::make_unique<TsmpPinger>(io.get_executor(), clock, [&](ByteView packet) {
    ++sent;
    const auto header = wire::parseIpv6(packet);
    pinger->onPong(wire::parseTsmp(packet.subspan(wire::kIpv6HeaderSize, header->payloadLength))->data);
  });
  test::run(io, [](TsmpPinger& of) -> Task<void> {
    EXPECT_TRUE(co_await of.ping(kLeftAddress, kRightAddress, std::chrono::seconds(5)));
  }(*pinger));
  EXPECT_EQ(sent, 1);
}

TEST(NetstackTsmp, answersAndMeasures) {
  JoinedStacks net;
  net.run([](JoinedStacks& n) -> Task<void> {
    EXPECT_TRUE(co_await n.left.ping(kRightAddress, std::chrono::seconds(5)));
  }(net));
}

TEST(NetstackTsmp, answersForAddressesThatAreNotItsOwn) {
  JoinedStacks net;
  const Ipv6 other = *Ipv6::parse("fd7a::9");
  net.right.receive(wire::makeTsmpPacket({}, kLeftAddress, other));
  const auto header = wire::parseIpv6(net.lastToLeft);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->source, other);
  EXPECT_EQ(net.lastToLeft.size(), 51U);
}

TEST(NetstackIcmp, answersEchoRequests) {
  JoinedStacks net;
  Bytes packet(wire::kIpv6HeaderSize + 8);
  wire::Ipv6Header header;
  header.payloadLength = 8;
  header.nextHeader = 58;
  header.source = kLeftAddress;
  header.destination = kRightAddress;
  wire::writeIpv6(packet, header);
  packet[wire::kIpv6HeaderSize] = std::byte{128};
  net.right.receive(packet);
  ASSERT_EQ(net.lastToLeft.size(), packet.size());
  EXPECT_EQ(net.lastToLeft[wire::kIpv6HeaderSize], std::byte{129});
}

TEST(Netstack, dropsWhatIsNotAPacketForIt) {
  JoinedStacks net;
  auto listener = net.right.listen(1, kKeepalive);
  const Bytes good = makeUdpPacket({kLeftAddress, 1, kRightAddress, 2}, asBytes("abc"));
  for (std::size_t size = 0; size < good.size(); ++size) net.right.receive(ByteView(good).first(size));
  for (unsigned protocol = 0; protocol < 256; ++protocol) {
    Bytes packet = good;
    packet[6] = static_cast<std::byte>(protocol);
    net.right.receive(packet);
  }
  net.right.receive(makeUdpPacket({kRightAddress, 1, kLeftAddress, 2}, asBytes("not here")));
  net.settle();
}

TEST(Netstack, takesTcpHeadersOfAnyShape) {
  JoinedStacks net;
  auto listener = net.right.listen(1, kKeepalive);
  std::mt19937 random(7);
  for (int round = 0; round < 20'000; ++round) {
    Bytes packet = makePattern(wire::kIpv6HeaderSize + random() % 80, static_cast<std::uint32_t>(round));
    wire::Ipv6Header header;
    header.payloadLength = static_cast<std::uint16_t>(packet.size() - wire::kIpv6HeaderSize);
    header.nextHeader = 6;
    header.source = kLeftAddress;
    header.destination = kRightAddress;
    wire::writeIpv6(packet, header);
    if (packet.size() >= 44) {
      packet[42] = std::byte{0};
      packet[43] = std::byte{1};  // the open port
    }
    net.right.receive(packet);
  }
  net.settle();
}
