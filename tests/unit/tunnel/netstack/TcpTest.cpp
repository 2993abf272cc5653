#include "tests/unit/tunnel/netstack/JoinedStacks.h"
#include "tunnel/wire/Packet.h"
#include "tunnel/wire/Writer.h"

using namespace berth;
using namespace berth::tunnel;
using namespace berth::tunnel::netstack;

namespace {

Task<void> sendAll(Netstack& from, std::uint16_t port, const Bytes& data) {
  auto stream = co_await from.connect(kRightAddress, port);
  EXPECT_TRUE(stream) << stream.error().message();
  if (!stream) co_return;
  EXPECT_TRUE(co_await (*stream)->write(data));
  EXPECT_TRUE(co_await (*stream)->closeWrite());
  Bytes rest = co_await readAll(**stream);
  EXPECT_EQ(asText(rest), "thanks");
}

Task<void> expectAll(StreamListener& listener, const Bytes& data) {
  auto stream = co_await listener.accept();
  EXPECT_TRUE(stream);
  const Bytes received = co_await readAll(**stream);
  EXPECT_TRUE(received == data) << received.size() << " of " << data.size();
  EXPECT_TRUE(co_await (*stream)->write(asBytes("thanks")));
  EXPECT_TRUE(co_await (*stream)->closeWrite());
}

// One transfer with a half-close and an answer after it.
void transfer(JoinedStacks& net, std::size_t size) {
  auto listener = net.right.listen(1, kKeepalive);
  ASSERT_TRUE(listener);
  const Bytes data = makePattern(size);
  net.spawn(expectAll(**listener, data));
  net.run(sendAll(net.left, 1, data));
}

// A SYN and nothing else; checksums are not looked at inside a tunnel.
Bytes makeSyn(const Ipv6& from, const Ipv6& to, std::uint16_t sourcePort, std::uint16_t port) {
  constexpr std::size_t kTcpHeaderSize = 20;
  Bytes packet(wire::kIpv6HeaderSize + kTcpHeaderSize);
  wire::writeIpv6(packet, {.payloadLength = kTcpHeaderSize,
                           .nextHeader = static_cast<std::uint8_t>(wire::IpProtocol::Tcp),
                           .source = from,
                           .destination = to});
  wire::Writer out(ByteSpan(packet).subspan(wire::kIpv6HeaderSize));
  out.u16be(sourcePort);
  out.u16be(port);
  out.u64be(1ULL << 32);  // sequence, acknowledgement
  out.u16be(0x5002);      // header length, SYN
  out.u16be(0xffff);      // window
  return packet;
}

// RFC 1071 over the pseudo-header of RFC 8200 8.1 and the segment, two bytes at a time: all ones when it is right.
std::uint32_t sumOfTcp(ByteView packet) {
  constexpr std::size_t kSourceAt = 8;
  std::uint32_t sum = static_cast<std::uint32_t>(packet.size() - wire::kIpv6HeaderSize);
  sum += static_cast<std::uint32_t>(wire::IpProtocol::Tcp);
  for (std::size_t i = kSourceAt; i < packet.size(); ++i) {
    const auto value = std::to_integer<std::uint32_t>(packet[i]);
    sum += (i % 2 == 0) ? value << 8 : value;
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return sum;
}

}  // namespace

TEST(NetstackTcp, carriesMegabytesAndAnswersAfterHalfClose) {
  JoinedStacks net;
  transfer(net, 20U << 20);
}

TEST(NetstackTcp, answersABatchOnce) {
  constexpr std::size_t kSize = 4U << 20;
  constexpr std::size_t kMaxSegment = wire::kInnerMtu - wire::kIpv6HeaderSize - 20;
  JoinedStacks net;
  transfer(net, kSize);
  EXPECT_LT(net.packetsSent, kSize / kMaxSegment * 11 / 10);
}

TEST(NetstackTcp, segmentsOfEverySizeHaveTheRightChecksum) {
  JoinedStacks net;
  auto listener = net.right.listen(1, kKeepalive);
  net.run([](JoinedStacks& n, StreamListener& l) -> Task<void> {
    auto left = co_await n.left.connect(kRightAddress, 1);
    auto right = co_await l.accept();
    Bytes buffer(64);
    for (std::size_t size = 1; size <= 40; ++size) {
      EXPECT_TRUE(co_await (*right)->write(makePattern(size)));
      EXPECT_EQ(sumOfTcp(n.lastToLeft), 0xffffU) << size;
      EXPECT_TRUE(co_await readExactly(**left, ByteSpan(buffer).first(size)));
    }
  }(net, **listener));
}

TEST(NetstackTcp, waitsForATunnelWithoutRoom) {
  JoinedStacks net;
  net.capacity = 3;
  transfer(net, 1U << 20);
}

TEST(NetstackTcp, survivesLossAndReordering) {
  JoinedStacks net;
  net.faults = {.loss = 0.01, .reorder = 0.02};
  transfer(net, 3U << 20);
}

TEST(NetstackTcp, survivesHeavyLoss) {
  JoinedStacks net;
  net.faults = {.loss = 0.15};
  transfer(net, 100U << 10);
}

TEST(NetstackTcp, refusesPortsWithoutListener) {
  JoinedStacks net;
  net.run([](JoinedStacks& n) -> Task<void> {
    const auto stream = co_await n.left.connect(kRightAddress, 9);
    EXPECT_EQ(stream.error().code(), ErrorCode::Unavailable);
    EXPECT_EQ(stream.error().message(), "connect to [fd7a:115c:a1e0::2]:9: connection refused");
  }(net));
}

TEST(NetstackTcp, givesUpOnASilentPeer) {
  JoinedStacks net;
  net.faults.loss = 1;
  net.run([](JoinedStacks& n) -> Task<void> {
    const auto stream = co_await n.left.connect(kRightAddress, 9);
    EXPECT_EQ(stream.error().code(), ErrorCode::Timeout);
  }(net));
}

TEST(NetstackTcp, doesNotRunTimersWhileIdle) {
  JoinedStacks net;
  auto listener = net.right.listen(1, kKeepalive);
  std::unique_ptr<Stream> kept;
  net.run([](JoinedStacks& n, StreamListener& l, std::unique_ptr<Stream>& k) -> Task<void> {
    auto stream = co_await n.left.connect(kRightAddress, 1);
    EXPECT_TRUE(co_await (*stream)->write(asBytes("hello")));
    auto accepted = co_await l.accept();
    std::array<std::byte, 16> buffer;
    EXPECT_EQ(co_await (*accepted)->readSome(buffer), 5U);
    k = *std::move(stream);
    n.spawn([](std::unique_ptr<Stream> s) -> Task<void> { co_await readAll(*s); }(*std::move(accepted)));
  }(net, **listener, kept));
  net.settle();
  for (int i = 0; i < 20 && net.left.nextTimerAt() < net.clock.now() + std::chrono::minutes(1); ++i) {
    ASSERT_TRUE(net.advanceToTimer());
    net.settle();
  }
  // Only the keepalive of the connecting side, two hours away, is left.
  EXPECT_GT(*net.left.nextTimerAt() - net.clock.now(), std::chrono::minutes(110));
  const auto before = net.packetsSent;
  net.advanceToTimer();
  net.settle();
  EXPECT_EQ(net.packetsSent, before + 2) << "a probe and its answer";
}

TEST(NetstackTcp, aResetReachesAWaitingReader) {
  JoinedStacks net;
  auto listener = net.right.listen(1, kKeepalive);
  net.run([](JoinedStacks& n, StreamListener& l) -> Task<void> {
    auto stream = co_await n.left.connect(kRightAddress, 1);
    auto accepted = co_await l.accept();
    EXPECT_TRUE(co_await (*stream)->write(asBytes("never read")));
    std::array<std::byte, 1> one;
    EXPECT_TRUE(co_await (*accepted)->readSome(one));
    accepted->reset();  // closed with unread data
    EXPECT_EQ((co_await (*stream)->readSome(one)).error().code(), ErrorCode::ConnectionLost);
    EXPECT_FALSE(co_await (*stream)->write(one));
  }(net, **listener));
}

TEST(NetstackTcp, closingWakesItsOwnReader) {
  JoinedStacks net;
  auto listener = net.right.listen(1, kKeepalive);
  net.run([](JoinedStacks& n) -> Task<void> {
    auto stream = co_await n.left.connect(kRightAddress, 1);
    Stream* raw = stream->get();
    asio::post(n.io(), [raw] { raw->close(); });
    std::array<std::byte, 1> one;
    EXPECT_EQ((co_await raw->readSome(one)).error().code(), ErrorCode::Cancelled);
  }(net));
}

TEST(NetstackTcp, aReaderThatStopsHoldsTheWriterBack) {
  JoinedStacks net;
  auto listener = net.right.listen(1, kKeepalive);
  std::size_t written = 0;
  std::unique_ptr<Stream> lazy;
  net.run([](StreamListener& l, JoinedStacks& n, std::size_t& w, std::unique_ptr<Stream>& out) -> Task<void> {
    auto stream = co_await n.left.connect(kRightAddress, 1);
    n.spawn([](std::unique_ptr<Stream> s, std::size_t& count) -> Task<void> {
      const Bytes block(10'000);
      while (co_await s->write(block)) count += block.size();
    }(*std::move(stream), w));
    out = *co_await l.accept();
  }(**listener, net, written, lazy));
  for (int i = 0; i < 100; ++i) {
    net.settle();
    net.advanceToTimer();
  }
  EXPECT_GT(written, 256U << 10);
  EXPECT_LT(written, 1U << 20) << "more than window and queue together";
}

TEST(NetstackTcp, aThousandStreamsAtOnce) {
  JoinedStacks net;
  net.faults.loss = 0.002;
  std::shared_ptr<StreamListener> listener = *net.right.listen(22, kKeepalive);
  net.spawn(serveEcho(listener));
  int finished = 0;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    net.spawn([](JoinedStacks& n, std::uint32_t seed, int& count) -> Task<void> {
      auto stream = co_await n.left.connect(kRightAddress, 22);
      EXPECT_TRUE(stream);
      if (!stream) co_return;
      const Bytes data = makePattern(5000, seed);
      EXPECT_TRUE(co_await (*stream)->write(data));
      EXPECT_TRUE(co_await (*stream)->closeWrite());
      EXPECT_TRUE(co_await readAll(**stream) == data);
      ++count;
    }(net, i, finished));
  }
  for (int i = 0; i < 10'000 && finished < 1000; ++i) {
    net.settle();
    net.advanceToTimer();
  }
  EXPECT_EQ(finished, 1000);
}

TEST(NetstackTcp, aFloodOfSynsLeavesRoomForOthers) {
  JoinedStacks net;
  auto listener = net.right.listen(22, kKeepalive);
  // From an address that never answers: half-open connections.
  const Ipv6 flooder = *Ipv6::parse("fd7a:115c:a1e0::bad");
  const std::size_t before = net.packetsSent;
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    net.right.receive(makeSyn(flooder, kRightAddress, static_cast<std::uint16_t>(1024 + i), 22));
    if (i % 64 == 0) net.settle();
  }
  EXPECT_LT(net.packetsSent - before, 2100U) << "each half-open connection has sent a SYN-ACK";
  net.run([](JoinedStacks& n, StreamListener& l) -> Task<void> {
    auto stream = co_await n.left.connect(kRightAddress, 22);
    EXPECT_TRUE(stream);
    EXPECT_TRUE(co_await l.accept());
  }(net, **listener));
}

TEST(NetstackTcp, veryManyStreamsHaveSmallerWindows) {
  JoinedStacks net;
  auto listener = net.right.listen(1, kKeepalive);
  std::vector<std::unique_ptr<Stream>> near;
  std::vector<std::unique_ptr<Stream>> far;
  net.run([](JoinedStacks& n, StreamListener& l, auto& ours, auto& theirs) -> Task<void> {
    for (int i = 0; i < 400; ++i) {
      ours.push_back(*co_await n.left.connect(kRightAddress, 1));
      theirs.push_back(*co_await l.accept());
    }
  }(net, **listener, near, far));
  // What a writer is rid of while nobody reads: the window, and its own queue.
  std::array<std::size_t, 2> written{};
  for (std::size_t i = 0; i < 2; ++i)
    net.spawn([](Stream& stream, std::size_t& count) -> Task<void> {
      const Bytes block(4096);
      while (co_await stream.write(block)) count += block.size();
    }(*(i == 0 ? near.front() : near.back()), written[i]));
  for (int i = 0; i < 100; ++i) {
    net.settle();
    net.advanceToTimer();
  }
  EXPECT_GT(written[0], written[1] + (150U << 10));
  for (auto& stream : near) stream->close();
  net.settle();
}

TEST(NetstackTcp, abortingAPeerEndsItsStreamsOnly) {
  JoinedStacks net;
  auto listener = net.right.listen(1, kKeepalive);
  net.run([](JoinedStacks& n) -> Task<void> {
    auto stream = co_await n.left.connect(kRightAddress, 1);
    n.left.abortPeer(kLeftAddress);
    EXPECT_TRUE(co_await (*stream)->write(asBytes("still there")));
    n.left.abortPeer(kRightAddress);
    EXPECT_FALSE(co_await (*stream)->write(asBytes("gone")));
  }(net));
}

TEST(NetstackTcp, anInterruptedPathGoesOnAtOnceWhenItIsBack) {
  JoinedStacks net;
  auto listener = net.right.listen(1, kKeepalive);
  net.run([](JoinedStacks& n, StreamListener& l) -> Task<void> {
    auto stream = co_await n.left.connect(kRightAddress, 1);
    auto accepted = co_await l.accept();
    n.faults.loss = 1;
    EXPECT_TRUE(co_await (*stream)->write(asBytes("late")));
    for (int i = 0; i < 100; ++i) n.advanceToTimer();  // about ten seconds of outage
    n.faults.loss = 0;
    const TimePoint backAt = n.clock.now();
    n.left.retransmitSoon();
    std::array<std::byte, 4> buffer;
    EXPECT_TRUE(co_await (*accepted)->readSome(buffer));
    EXPECT_LE(n.clock.now() - backAt, std::chrono::milliseconds(200));
  }(net, **listener));
}

TEST(NetstackTcp, stoppingEndsEverything) {
  JoinedStacks net;
  auto listener = net.right.listen(1, kKeepalive);
  net.run([](JoinedStacks& n, StreamListener& l) -> Task<void> {
    auto stream = co_await n.left.connect(kRightAddress, 1);
    asio::post(n.io(), [&n] {
      n.left.stop();
      n.left.stop();
    });
    std::array<std::byte, 1> one;
    EXPECT_FALSE(co_await (*stream)->readSome(one));
    EXPECT_FALSE(co_await n.left.connect(kRightAddress, 1));
    n.right.stop();
    EXPECT_EQ((co_await l.accept()).error().code(), ErrorCode::Cancelled);
  }(net, **listener));
}
