#include <sys/resource.h>

#include <fstream>

#include "tests/integration/tunnel/Digests.h"
#include "tests/integration/tunnel/RelayServer.h"

using namespace berth;
using namespace berth::tunnel;

namespace {

constexpr std::chrono::seconds kReachable{10};
constexpr std::chrono::hours kKeepalive{72};

std::size_t residentBytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  statm >> total >> resident;
  return resident * 4096;
}

}  // namespace

TEST_F(RelayedPair, carriesALongTransferUndamagedAndInBoundedMemory) {
  relay.start();
  introduce();
  std::size_t received = 0;
  asio::co_spawn(io, serveDigests(*agent.listen(1, kKeepalive), received), asio::detached);
  run([](RelayedPair& t) -> Task<void> {
    EXPECT_TRUE(co_await t.client.tsmpPing(t.agent.addresses()[0], kReachable));
    auto stream = co_await t.client.dial(t.agent.addresses()[0], 1);
    EXPECT_TRUE(stream) << stream.error().message();
    if (!stream) co_return;
    const auto before = residentBytes();
    const auto startedAt = std::chrono::steady_clock::now();
    constexpr std::size_t kBlocks = 2400;  // 150 MiB
    const std::string sent = co_await sendBlocks(**stream, kBlocks);
    EXPECT_EQ(co_await readText(**stream), sent);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - startedAt;
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    RecordProperty("MiBPerSecond", static_cast<int>(150 / took.count()));
    std::printf("%.1f MiB/s, resident %+ld KiB\n", 150 / took.count(),
                static_cast<long>(residentBytes() - before) / 1024);
    EXPECT_LT(residentBytes(), before + (64U << 20));
  }(*this));
  EXPECT_EQ(received, 2400U * 64 * 1024);
}

TEST_F(RelayedPair, bothAddressesOfThePeerWork) {
  relay.start();
  introduce();
  std::size_t received = 0;
  asio::co_spawn(io, serveDigests(*agent.listen(22, kKeepalive), received), asio::detached);
  run([](RelayedPair& t) -> Task<void> {
    for (const Ipv6& address : t.agent.addresses()) {
      auto stream = co_await t.client.dial(address, 22);
      EXPECT_TRUE(stream);
      if (!stream) continue;
      const std::string sent = co_await sendBlocks(**stream, 1);
      EXPECT_EQ(co_await readText(**stream), sent);
    }
  }(*this));
}

TEST_F(RelayedPair, streamsSurviveARestartOfTheRelay) {
  relay.start();
  introduce();
  std::size_t received = 0;
  asio::co_spawn(io, serveDigests(*agent.listen(1, kKeepalive), received), asio::detached);
  run([](RelayedPair& t, std::size_t& count) -> Task<void> {
    auto stream = co_await t.client.dial(t.agent.addresses()[0], 1);
    EXPECT_TRUE(stream);
    if (!stream) co_return;
    asio::co_spawn(
        t.io,
        [](RelayedPair& pair, std::size_t& seen) -> Task<void> {
          while (seen < (8U << 20)) co_await pair.pause(std::chrono::milliseconds(5));
          co_await pair.relay.stop();
          EXPECT_FALSE(pair.client.isHomeConnected());
          co_await pair.pause(std::chrono::milliseconds(500));
          pair.relay.start();
        }(t, count),
        asio::detached);
    const std::string sent = co_await sendBlocks(**stream, 512);  // 32 MiB
    EXPECT_EQ(co_await readText(**stream), sent);
  }(*this, received));
}

TEST_F(RelayedPair, fallsBackToWebSocketAndPublishesWhy) {
  relay.refusesRawUpgrade = true;
  relay.start();
  SelfInfo seen;
  client.setOnSelfChanged([&](const SelfInfo& info) { seen = info; });
  introduce();
  run([](RelayedPair& t) -> Task<void> {
    EXPECT_TRUE(co_await t.client.tsmpPing(t.agent.addresses()[0], kReachable));
    EXPECT_TRUE(co_await t.client.discoPing(t.agent.key(), kReachable));
  }(*this));
  EXPECT_EQ(seen.homeRegion, kRegion);
  EXPECT_TRUE(seen.forcedWebSockets.contains(kRegion));
}

TEST_F(RelayedPair, aRemovedPeerLosesItsStreams) {
  relay.start();
  introduce();
  auto listener = agent.listen(1, kKeepalive);
  run([](RelayedPair& t) -> Task<void> {
    auto stream = co_await t.client.dial(t.agent.addresses()[0], 1);
    EXPECT_TRUE(stream);
    t.agent.removePeer(t.client.key());
    Bytes buffer(1);
    EXPECT_FALSE(co_await (*stream)->readSome(buffer)) << "the reset should have come";
  }(*this));
  EXPECT_FALSE(agent.findPeerStatus(client.key()));
  EXPECT_TRUE(client.findPeerStatus(agent.key())->hasSession);
}

TEST_F(RelayedPair, stopsAtOnceWithEverythingConnected) {
  relay.start();
  introduce();
  auto listener = agent.listen(1, kKeepalive);
  run([](RelayedPair& t) -> Task<void> {
    auto stream = co_await t.client.dial(t.agent.addresses()[0], 1);
    asio::co_spawn(
        t.io, [](std::unique_ptr<Stream> s) -> Task<void> { co_await readText(*s); }(*std::move(stream)),
        asio::detached);
    const auto startedAt = std::chrono::steady_clock::now();
    co_await t.client.shutDown(std::chrono::seconds(1));
    t.agent.stop();
    co_await t.relay.stop();
    EXPECT_LT(std::chrono::steady_clock::now() - startedAt, std::chrono::milliseconds(300));
  }(*this));
  listener->reset();
  // Nothing goes on by itself: the loop runs out of work.
  EXPECT_LT(io.run_for(std::chrono::seconds(2)), 1000U);
  EXPECT_TRUE(io.stopped());
}

TEST_F(RelayedPair, twentyInteractiveStreamsStayResponsiveBesideATransfer) {
  relay.start();
  introduce();
  std::size_t received = 0;
  asio::co_spawn(io, serveDigests(*agent.listen(1, kKeepalive), received), asio::detached);
  asio::co_spawn(
      io,
      [](std::unique_ptr<StreamListener> listener) -> Task<void> {
        const auto executor = co_await asio::this_coro::executor;
        while (auto stream = co_await listener->accept())
          asio::co_spawn(
              executor,
              [](std::unique_ptr<Stream> s) -> Task<void> {
                Bytes buffer(256);
                while (auto count = co_await s->readSome(buffer)) co_await s->write(ByteView(buffer).first(*count));
              }(*std::move(stream)),
              asio::detached);
      }(*agent.listen(22, kKeepalive)),
      asio::detached);
  run([](RelayedPair& t) -> Task<void> {
    EXPECT_TRUE(co_await t.client.tsmpPing(t.agent.addresses()[0], kReachable));
    bool isTransferring = true;
    asio::co_spawn(
        t.io,
        [](RelayedPair& pair, bool& running) -> Task<void> {
          auto stream = co_await pair.client.dial(pair.agent.addresses()[0], 1);
          co_await sendBlocks(**stream, 800);  // 50 MiB
          co_await readText(**stream);
          running = false;
        }(t, isTransferring),
        asio::detached);
    std::vector<std::unique_ptr<Stream>> streams;
    for (int i = 0; i < 20; ++i) {
      auto stream = co_await t.client.dial(t.agent.addresses()[0], 22);
      EXPECT_TRUE(stream);
      if (stream) streams.push_back(*std::move(stream));
    }
    std::vector<double> millis;
    Bytes buffer(256);
    for (std::size_t i = 0; isTransferring || millis.size() < 20; ++i) {
      Stream& stream = *streams[i % streams.size()];
      const auto sentAt = std::chrono::steady_clock::now();
      EXPECT_TRUE(co_await stream.write(asBytes("key")));
      EXPECT_TRUE(co_await stream.readSome(buffer));
      millis.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - sentAt).count());
    }
    std::ranges::sort(millis);
    std::printf("echo beside a transfer: median %.1f ms, 95 %% %.1f ms of %zu\n", millis[millis.size() / 2],
                millis[millis.size() * 95 / 100], millis.size());
    EXPECT_LT(millis[millis.size() / 2], 250);
  }(*this));
}
