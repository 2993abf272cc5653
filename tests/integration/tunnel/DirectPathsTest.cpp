// Two nodes and a relay in a network of their own, where UDP can be cut and addresses come and go.
#include "tests/integration/tunnel/Digests.h"
#include "tests/integration/tunnel/RelayServer.h"
#include "tests/support/NetworkNamespace.h"
#include "tunnel/link/UdpSocket.h"
#include "tunnel/stun/Server.h"
#include "tunnel/wire/Packet.h"

using namespace berth;
using namespace berth::tunnel;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::hours kKeepalive{72};
using SteadyClock = std::chrono::steady_clock;

double secondsSince(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

struct DirectPair : RelayedPair {
  std::unique_ptr<berth::test::NetworkNamespace> network;
  std::unique_ptr<stun::Server> stunServer;

  void SetUp() override {
    RelayedPair::SetUp();
    network = berth::test::NetworkNamespace::enter();
    if (!network) GTEST_SKIP() << "a network namespace takes privilege";
    relay.start();
  }
  void TearDown() override {
    client.stop();
    agent.stop();
    if (stunServer) stunServer->stop();
    if (network) run(relay.stop());
  }

  // As the coordinator does, with each change.
  void introduceEach() {
    client.setOnSelfChanged([this](const SelfInfo& self) { tell(agent, client, self); });
    agent.setOnSelfChanged([this](const SelfInfo& self) { tell(client, agent, self); });
    wire::DerpMap map = relay.map();
    if (stunServer) map.regions.at(kRegion).nodes.front().stunPort = stunServer->port();
    for (Node* each : {&client, &agent}) {
      each->setDerpMap(map, false);
      each->setUsesDirectPaths(true);
    }
    client.setPeerKeepalive(agent.key(), 25s);
  }
  void tell(Node& whom, const Node& about, const SelfInfo& self) {
    const bool isNew = !whom.findPeerStatus(about.key());
    whom.putPeer({about.key(), about.discoKey(), self.homeRegion, about.addresses(), self.place.endpoints});
    if (isNew && &whom == &client) whom.setPeerKeepalive(about.key(), 25s);
  }
  bool isDirect() const {
    const auto there = client.findPeerStatus(agent.key());
    const auto back = agent.findPeerStatus(client.key());
    return there && back && there->direct && back->direct;
  }
  // How long it took, in seconds.
  Task<double> until(std::function<bool()> isTrue, std::chrono::seconds limit = 20s) {
    const auto start = SteadyClock::now();
    while (!isTrue() && SteadyClock::now() - start < limit) co_await pause(10ms);
    EXPECT_TRUE(isTrue());
    co_return secondsSince(start);
  }
};

}  // namespace

TEST_F(DirectPair, becomeDirectAndSaySo) {
  introduceEach();
  run([](DirectPair& t) -> Task<void> {
    EXPECT_TRUE(co_await t.client.tsmpPing(t.agent.addresses()[0], 10s));
    const double took = co_await t.until([&t] { return t.isDirect(); });
    EXPECT_LT(took, 2);
    for (int i = 0; i < 3; ++i) {
      const auto pong = co_await t.client.discoPing(t.agent.key(), 5s);
      EXPECT_TRUE(pong);
      if (!pong) continue;
      EXPECT_EQ(pong->direct, t.client.findPeerStatus(t.agent.key())->direct);
      EXPECT_TRUE(pong->direct && wire::isLoopback(pong->direct->address));
    }
  }(*this));
}

TEST_F(DirectPair, carryALongTransferUndamaged) {
  introduceEach();
  std::size_t received = 0;
  asio::co_spawn(io, serveDigests(*agent.listen(1, kKeepalive), received), asio::detached);
  run([](DirectPair& t) -> Task<void> {
    co_await t.until([&t] { return t.isDirect(); });
    auto stream = co_await t.client.dial(t.agent.addresses()[0], 1);
    EXPECT_TRUE(stream);
    if (!stream) co_return;
    const auto start = SteadyClock::now();
    constexpr std::size_t kBlocks = 4800;  // 300 MiB
    const std::string sent = co_await sendBlocks(**stream, kBlocks);
    EXPECT_EQ(co_await readText(**stream), sent);
    std::printf("direct: %.1f MiB/s\n", 300 / secondsSince(start));
    EXPECT_TRUE(t.isDirect());
  }(*this));
}

TEST_F(DirectPair, aCutPathFallsBackAndReturnsWithoutLosingAByte) {
  introduceEach();
  std::size_t received = 0;
  asio::co_spawn(io, serveDigests(*agent.listen(1, kKeepalive), received), asio::detached);
  run([](DirectPair& t) -> Task<void> {
    co_await t.until([&t] { return t.isDirect(); });
    auto stream = co_await t.client.dial(t.agent.addresses()[0], 1);
    EXPECT_TRUE(stream);
    if (!stream) co_return;
    bool isDone = false;
    asio::co_spawn(
        t.io,
        [](DirectPair& pair, bool& done) -> Task<void> {
          for (int i = 0; i < 2; ++i) {
            co_await pair.pause(300ms);
            pair.network->cutUdp(true);
            const double fellBackAfter = co_await pair.until([&pair] { return !pair.isDirect(); });
            co_await pair.pause(1s);
            pair.network->cutUdp(false);
            const double backAfter = co_await pair.until([&pair] { return pair.isDirect(); });
            std::printf("fell back after %.1f s, direct again after %.1f s\n", fellBackAfter, backAfter);
            EXPECT_LT(fellBackAfter, 6);
            EXPECT_LT(backAfter, 5);
          }
          done = true;
        }(t, isDone),
        asio::detached);
    Digest digest;
    Bytes block(64 * 1024);
    for (std::size_t i = 0; !isDone || i < 100; ++i) {
      std::memcpy(block.data(), &i, sizeof(i));
      digest.add(block);
      EXPECT_TRUE(co_await (*stream)->write(block));
    }
    EXPECT_TRUE(co_await (*stream)->closeWrite());
    EXPECT_EQ(co_await readText(**stream), digest.finish());
  }(*this));
}

TEST_F(DirectPair, directPathsOutliveTheRelay) {
  introduceEach();
  std::size_t received = 0;
  asio::co_spawn(io, serveDigests(*agent.listen(1, kKeepalive), received), asio::detached);
  run([](DirectPair& t) -> Task<void> {
    co_await t.until([&t] { return t.isDirect(); });
    co_await t.relay.stop();
    auto stream = co_await t.client.dial(t.agent.addresses()[0], 1);
    EXPECT_TRUE(stream);
    if (stream) {
      const std::string sent = co_await sendBlocks(**stream, 100);
      EXPECT_EQ(co_await readText(**stream), sent);
    }
    t.relay.start();
  }(*this));
}

TEST_F(DirectPair, stayRelayedWhereDirectPathsAreForbidden) {
  introduceEach();
  agent.setUsesDirectPaths(false);
  run([](DirectPair& t) -> Task<void> {
    EXPECT_TRUE(co_await t.client.tsmpPing(t.agent.addresses()[0], 10s));
    EXPECT_TRUE(t.agent.selfInfo().place.endpoints.empty());
    for (int i = 0; i < 5; ++i) {
      const auto pong = co_await t.client.discoPing(t.agent.key(), 5s);
      EXPECT_TRUE(pong && !pong->direct);
      EXPECT_EQ(pong ? pong->region : 0, kRegion);
      co_await t.pause(50ms);
    }
    EXPECT_FALSE(t.isDirect());
    t.agent.setUsesDirectPaths(true);
    co_await t.until([&t] {
      asio::co_spawn(t.io, t.client.tsmpPing(t.agent.addresses()[0], 1s), asio::detached);
      return t.isDirect();
    });
  }(*this));
}

TEST_F(DirectPair, publishWhatAStunServerSees) {
  stunServer = *stun::Server::start(io.get_executor(), {wire::mappedV4({127, 0, 0, 1}), 0});
  introduceEach();
  run([](DirectPair& t) -> Task<void> {
    co_await t.until([&t] { return t.client.selfInfo().place.answersStun; });
    const OwnPlace& place = t.client.selfInfo().place;
    EXPECT_TRUE(wire::isLoopback(place.endpoints.at(0).address));
    EXPECT_EQ(place.mappingVaries, std::nullopt) << "one server cannot tell";
  }(*this));
}

TEST_F(DirectPair, noticeANewAddressWithinTwoSeconds) {
  introduceEach();
  run([](DirectPair& t) -> Task<void> {
    co_await t.until([&t] { return t.isDirect(); });
    t.network->run("ip addr add 10.77.0.1/32 dev lo");
    const auto fresh = wire::mappedV4({10, 77, 0, 1});
    const double took = co_await t.until([&t, &fresh] {
      return std::ranges::contains(t.client.selfInfo().place.endpoints, fresh, &wire::Endpoint::address);
    });
    EXPECT_LT(took, 2);
    t.network->run("ip addr del 10.77.0.1/32 dev lo");
    co_await t.until([&t, &fresh] {
      return !std::ranges::contains(t.client.selfInfo().place.endpoints, fresh, &wire::Endpoint::address);
    });
    co_await t.until([&t] { return t.isDirect(); });
  }(*this));
}

TEST_F(DirectPair, rubbishAtTheirUdpPortsHoldsUpNothing) {
  introduceEach();
  std::size_t received = 0;
  asio::co_spawn(io, serveDigests(*agent.listen(1, kKeepalive), received), asio::detached);
  run([](DirectPair& t) -> Task<void> {
    co_await t.until([&t] { return t.isDirect(); });
    const wire::Endpoint loopback{t.client.findPeerStatus(t.agent.key())->direct->address, 0};
    const auto attacker = *link::UdpSocket::open(t.io.get_executor(), loopback, [](const wire::Endpoint&, ByteView) {});
    bool isDone = false;
    bool hasEnded = false;
    std::size_t sent = 0;
    asio::co_spawn(
        t.io,
        [](DirectPair& pair, link::UdpSocket& socket, const bool& done, std::size_t& count) -> Task<void> {
          const wire::Endpoint victims[] = {*pair.client.findPeerStatus(pair.agent.key())->direct,
                                            *pair.agent.findPeerStatus(pair.client.key())->direct};
          while (!done) {
            for (int i = 0; i < 100; ++i) {
              Bytes datagram(static_cast<std::size_t>(i) * 14);
              pair.rng.fill(datagram);
              if (i % 3 == 1) std::ranges::copy(wire::kDiscoMagic, datagram.begin());
              if (i % 3 == 2) {
                std::ranges::fill(ByteSpan(datagram).first(4), std::byte{0});
                datagram[0] = static_cast<std::byte>(1 + i % 4);
              }
              for (const wire::Endpoint& victim : victims) socket.send(victim, datagram);
              count += 2;
            }
            co_await pair.pause(5ms);
          }
        }(t, *attacker, isDone, sent),
        [&hasEnded](std::exception_ptr) { hasEnded = true; });
    const auto start = SteadyClock::now();
    auto stream = co_await t.client.dial(t.agent.addresses()[0], 1);
    EXPECT_TRUE(stream);
    if (stream) {
      const std::string digest = co_await sendBlocks(**stream, 1600);  // 100 MiB
      EXPECT_EQ(co_await readText(**stream), digest);
    }
    std::printf("direct beside %zu datagrams of rubbish: %.1f MiB/s\n", sent, 100 / secondsSince(start));
    EXPECT_TRUE(t.isDirect());
    isDone = true;
    co_await t.until([&hasEnded] { return hasEnded; });
  }(*this));
}
