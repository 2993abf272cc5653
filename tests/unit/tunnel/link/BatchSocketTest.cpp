#include "tunnel/link/BatchSocket.h"

#include <gtest/gtest.h>

using namespace berth;
using namespace berth::tunnel;
using namespace berth::tunnel::link;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kSegment = 1312;

struct Collector final : BatchSocketUser {
  void onDatagram(const wire::Endpoint& from, ByteSpan datagram) override {
    source = from;
    datagrams.push_back(toBytes(datagram));
    if (closesAfter != 0 && datagrams.size() == closesAfter) socket->close();
  }
  void onDatagramsEnd() override { ++wakeUps; }
  void onRoom() override { ++rooms; }

  std::unique_ptr<BatchSocket> socket;
  wire::Endpoint source;
  std::vector<Bytes> datagrams;
  std::size_t closesAfter = 0;
  int wakeUps = 0;
  int rooms = 0;
};

Bytes numbered(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 7 + i / 251);
  return bytes;
}

Ipv6 loopback(Family family) { return family == Family::V4 ? wire::mappedV4({127, 0, 0, 1}) : *Ipv6::parse("::1"); }

struct Case {
  Family family;
  BatchSocket::Offload offload;
};

struct BatchSocketTest : testing::TestWithParam<Case> {
  asio::io_context io;
  Collector sender;
  Collector receiver;

  void SetUp() override {
    for (Collector* each : {&sender, &receiver}) {
      auto opened = BatchSocket::open(io.get_executor(), GetParam().family, 0, *each, GetParam().offload);
      if (!opened) GTEST_SKIP() << opened.error().message();
      each->socket = *std::move(opened);
    }
  }
  wire::Endpoint to(const Collector& peer) const { return {loopback(GetParam().family), peer.socket->port()}; }

  void runUntil(const std::function<bool()>& isTrue) {
    const auto limit = std::chrono::steady_clock::now() + 10s;
    while (!isTrue() && std::chrono::steady_clock::now() < limit) io.run_one_for(100ms);
    ASSERT_TRUE(isTrue());
  }
};

}  // namespace

TEST_P(BatchSocketTest, carriesABatchCutIntoItsDatagrams) {
  const Bytes batch = numbered(10 * kSegment + 100);
  EXPECT_EQ(sender.socket->send(to(receiver), batch, kSegment), batch.size());
  runUntil([this] { return receiver.datagrams.size() == 11; });
  EXPECT_EQ(receiver.source, to(sender));
  Bytes joined;
  for (const Bytes& each : receiver.datagrams) joined.insert(joined.end(), each.begin(), each.end());
  EXPECT_EQ(joined, batch);
  EXPECT_EQ(receiver.datagrams.front().size(), kSegment);
  EXPECT_EQ(receiver.datagrams.back().size(), 100U);
}

TEST_P(BatchSocketTest, carriesTheLargestBatchAndEmptyHands) {
  const Bytes batch = numbered(BatchSocket::kMaxBatchBytes / kSegment * kSegment);
  EXPECT_EQ(sender.socket->send(to(receiver), batch, kSegment), batch.size());
  EXPECT_EQ(sender.socket->send(to(receiver), {}, kSegment), 0U);
  runUntil([&] { return receiver.datagrams.size() == batch.size() / kSegment; });
}

TEST_P(BatchSocketTest, saysWhenThereIsNoRoomAndWhenAgain) {
  // Nobody reads here, so on loopback nothing fills up but the receiver: what the kernel took is taken.
  const Bytes batch = numbered(40 * kSegment);
  std::size_t taken = 0;
  for (int i = 0; i < 100; ++i) taken += sender.socket->send(to(receiver), batch, kSegment);
  EXPECT_EQ(taken % kSegment, 0U);
  runUntil([&] { return !receiver.datagrams.empty(); });
  if (taken < 100 * batch.size()) runUntil([&] { return sender.rooms > 0; });
}

TEST_P(BatchSocketTest, mayBeClosedByItsUserInTheMiddleOfABatch) {
  receiver.closesAfter = 3;
  const Bytes batch = numbered(10 * kSegment);
  sender.socket->send(to(receiver), batch, kSegment);
  runUntil([this] { return receiver.datagrams.size() == 3; });
  io.run_for(20ms);
  EXPECT_EQ(receiver.datagrams.size(), 3U);
  EXPECT_EQ(receiver.wakeUps, 0);
  sender.socket->close();
  EXPECT_EQ(sender.socket->send(to(receiver), batch, kSegment), batch.size()) << "lost, not waited for";
}

TEST_P(BatchSocketTest, takesAnotherPortWhenTheWishedOneIsTaken) {
  Collector third;
  const auto wished = BatchSocket::open(io.get_executor(), GetParam().family, sender.socket->port(), third);
  ASSERT_TRUE(wished);
  EXPECT_NE((*wished)->port(), sender.socket->port());
  EXPECT_NE((*wished)->port(), 0);
}

INSTANTIATE_TEST_SUITE_P(Kinds, BatchSocketTest,
                         testing::Values(Case{Family::V4, BatchSocket::Offload::WherePossible},
                                         Case{Family::V4, BatchSocket::Offload::Off},
                                         Case{Family::V6, BatchSocket::Offload::WherePossible},
                                         Case{Family::V6, BatchSocket::Offload::Off}),
                         [](const auto& test) {
                           return std::string(test.param.family == Family::V4 ? "v4" : "v6") +
                                  (test.param.offload == BatchSocket::Offload::Off ? "Single" : "Batch");
                         });
