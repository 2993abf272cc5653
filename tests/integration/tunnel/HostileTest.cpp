// Live nodes among relays and peers that mean harm: nothing is lost, memory stays within named limits, and whoever is
// not under attack notices nothing.
#include <fstream>
#include <random>

#include "tests/integration/tunnel/Digests.h"
#include "tests/integration/tunnel/HostileRelay.h"
#include "tunnel/link/UdpSocket.h"
#include "tunnel/noise/Messages.h"
#include "tunnel/wire/Packet.h"

using namespace berth;
using namespace berth::tunnel;
using namespace std::chrono_literals;

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::hours kKeepalive{72};
constexpr int kHostileRegion = 7;
constexpr std::uint16_t kDigestPort = 1;
constexpr std::uint16_t kSilentPort = 2;
constexpr std::size_t kFewMegabytes = 128;  // blocks of sendBlocks()

std::size_t residentBytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  statm >> total >> resident;
  return resident * 4096;
}

// The relay of RelayedPair is honest and everybody's home, but for those who live at the hostile one.
struct Hostile : RelayedPair {
  HostileRelay hostile{io, rng};
  std::mt19937 random{11};
  std::size_t received = 0;

  void SetUp() override {
    log::setLevel(log::Level::Error);
    relay.start();
    hostile.start();
  }
  void TearDown() override {
    client.stop();
    agent.stop();
    run(hostile.stop());
    run(relay.stop());
  }

  // Of both relays; the other one is home.
  wire::DerpMap bothRelays(int avoided = kHostileRegion) const {
    wire::DerpMap map = relay.map();
    map.regions[kHostileRegion] = hostile.map(kHostileRegion).regions.at(kHostileRegion);
    map.regions.at(avoided).avoid = true;
    return map;
  }
  static void introduce(Node& a, int homeOfA, Node& b, int homeOfB) {
    a.putPeer({b.key(), b.discoKey(), homeOfB, b.addresses(), {}});
    b.putPeer({a.key(), a.discoKey(), homeOfA, a.addresses(), {}});
  }
  // Client and agent have nothing but the hostile relay.
  void introduceOverHostile() {
    client.setDerpMap(hostile.map(), false);
    agent.setDerpMap(hostile.map(), false);
    introduce(client, kRegion, agent, kRegion);
  }
  void serveDigestsAt(Node& node) {
    asio::co_spawn(io, serveDigests(*node.listen(kDigestPort, kKeepalive), received), asio::detached);
  }
  Task<void> expectTransfer(Node& from, Node& to, std::size_t blocks) {
    auto stream = co_await from.dial(to.addresses()[0], kDigestPort);
    EXPECT_TRUE(stream) << stream.error().message();
    if (!stream) co_return;
    const std::string sent = co_await sendBlocks(**stream, blocks);
    EXPECT_EQ(co_await readText(**stream), sent);
  }
  Task<void> until(std::function<bool()> isTrue, std::chrono::seconds limit = 20s) {
    const auto start = SteadyClock::now();
    while (!isTrue() && SteadyClock::now() - start < limit) co_await pause(2ms);
    EXPECT_TRUE(isTrue());
  }
  std::unique_ptr<Node> newNode(const char* address) {
    return std::make_unique<Node>(io.get_executor(), clock, rng,
                                  NodeOptions{.addresses = {*Ipv6::parse(address)}, .usesDirectPaths = false});
  }
  Bytes noise(std::size_t size) {
    Bytes bytes(size);
    rng.fill(bytes);
    return bytes;
  }
};

// Does to each packet what a relay could, besides delivering it: forged, cut, repeated, at the wrong door, from the
// wrong sender, late, in another order.
class Meddler {
 public:
  Meddler(HostileRelay& relay, std::mt19937& random) : m_relay(relay), m_random(random) {}

  void operator()(const wire::NodePublic& from, const wire::NodePublic& to, ByteView packet) {
    remember(from, to, packet);
    switch (m_random() % 10) {
      case 0: m_relay.deliver(to, from, packet.first(m_random() % packet.size())); break;
      case 1: m_relay.deliver(to, from, flipped(packet)); break;
      case 2: m_relay.deliver(to, to, packet); break;  // from itself
      case 3: m_relay.deliver(from, to, packet); break;
      case 4: m_relay.deliver(to, from, packet); break;
      case 5: m_relay.deliver(to, m_old.front().from, m_old[m_random() % m_old.size()].packet); break;
      case 6: m_relay.tell(to, derp::FrameType::PeerGone, from.bytes()); break;
      case 7:
        m_relay.tell(to, derp::FrameType::RecvPacket,
                     packet.first(m_random() % std::min<std::size_t>(packet.size(), 40)));
        break;
      case 8:
        if (!m_held) {
          m_held = Held{from, to, toBytes(packet)};
          return;
        }
        break;
      default: break;
    }
    m_relay.deliver(to, from, packet);
    if (const auto late = std::exchange(m_held, std::nullopt)) m_relay.deliver(late->to, late->from, late->packet);
  }

 private:
  struct Held {
    wire::NodePublic from;
    wire::NodePublic to;
    Bytes packet;
  };
  Bytes flipped(ByteView packet) {
    Bytes changed = toBytes(packet);
    changed[m_random() % changed.size()] ^= static_cast<std::byte>(1U << m_random() % 8);
    return changed;
  }
  void remember(const wire::NodePublic& from, const wire::NodePublic& to, ByteView packet) {
    m_old.push_back({from, to, toBytes(packet)});
    if (m_old.size() > 100) m_old.pop_front();
  }

  HostileRelay& m_relay;
  std::mt19937& m_random;
  std::deque<Held> m_old;
  std::optional<Held> m_held;
};

}  // namespace

TEST_F(Hostile, aRelayThatForgesCutsRepeatsAndReordersCostsNoByte) {
  hostile.onPacket = [meddler = std::make_shared<Meddler>(hostile, random)](
                         const auto& from, const auto& to, ByteView packet) { (*meddler)(from, to, packet); };
  introduceOverHostile();
  serveDigestsAt(agent);
  run([](Hostile& t) -> Task<void> {
    const std::size_t before = residentBytes();
    co_await t.expectTransfer(t.client, t.agent, kFewMegabytes);
    EXPECT_LT(residentBytes(), before + (64U << 20));
  }(*this));
  EXPECT_TRUE(client.findPeerStatus(agent.key())->hasSession);
}

TEST_F(Hostile, relaysThatSayNothingAreLeftAfterTenSeconds) {
  hostile.greetings = {HostileRelay::Greeting::NoAnswer, HostileRelay::Greeting::NoKey,
                       HostileRelay::Greeting::Nonsense, HostileRelay::Greeting::Nonsense};
  introduceOverHostile();
  serveDigestsAt(agent);
  run([](Hostile& t) -> Task<void> {
    const auto start = SteadyClock::now();
    co_await t.until([&t] { return t.client.isHomeConnected() && t.agent.isHomeConnected(); });
    EXPECT_LT(SteadyClock::now() - start, 13s);
    co_await t.expectTransfer(t.client, t.agent, 1);
  }(*this));
}

TEST_F(Hostile, aRelayThatStopsReadingHoldsUpNobodyElse) {
  auto elsewhere = newNode("fd7a:115c:a1e0::e");
  elsewhere->setDerpMap(bothRelays(kRegion), false);
  for (Node* each : {&client, &agent}) each->setDerpMap(bothRelays(), false);
  introduce(client, kRegion, *elsewhere, kHostileRegion);
  introduce(client, kRegion, agent, kRegion);
  serveDigestsAt(agent);
  auto silent = elsewhere->listen(kSilentPort, kKeepalive);
  run([](Hostile& t, Node& other) -> Task<void> {
    auto stuck = co_await t.client.dial(other.addresses()[0], kSilentPort);
    EXPECT_TRUE(stuck);
    if (!stuck) co_return;
    t.hostile.readsNothing = true;
    std::size_t written = 0;
    bool hasEnded = false;
    asio::co_spawn(
        t.io,
        [](Stream& stream, std::size_t& count) -> Task<void> {
          const Bytes block(64U << 10);
          while (co_await stream.write(block)) count += block.size();
        }(**stuck, written),
        [&hasEnded](std::exception_ptr) { hasEnded = true; });
    const std::size_t before = residentBytes();
    co_await t.expectTransfer(t.client, t.agent, kFewMegabytes);
    EXPECT_LT(residentBytes(), before + (64U << 20));
    EXPECT_LT(written, 4U << 20);
    (*stuck)->close();
    co_await t.until([&hasEnded] { return hasEnded; });
    t.hostile.readsNothing = false;
  }(*this, *elsewhere));
  elsewhere->stop();
}

TEST_F(Hostile, aRelayThatFloodsHoldsUpNobodyElse) {
  auto elsewhere = newNode("fd7a:115c:a1e0::e");
  elsewhere->setDerpMap(bothRelays(kRegion), false);
  for (Node* each : {&client, &agent}) each->setDerpMap(bothRelays(), false);
  introduce(client, kRegion, *elsewhere, kHostileRegion);
  introduce(client, kRegion, agent, kRegion);
  serveDigestsAt(agent);
  run([](Hostile& t, Node& other) -> Task<void> {
    (void)co_await t.client.tsmpPing(other.addresses()[0], 10s);  // brings the client to the hostile relay
    EXPECT_TRUE(t.hostile.has(t.client.key()));
    bool isDone = false;
    bool hasEnded = false;
    std::size_t flooded = 0;
    asio::co_spawn(
        t.io,
        [](Hostile& test, const bool& done, std::size_t& count) -> Task<void> {
          const wire::NodePublic victim = test.client.key();
          using derp::FrameType;
          while (!done) {
            while (test.hostile.queuedFor(victim) < (1U << 20)) {
              const Bytes rubbish = test.noise(1200);
              Bytes disco = rubbish;
              std::ranges::copy(wire::kDiscoMagic, disco.begin());
              Bytes transport = rubbish;
              transport[0] = std::byte{4};
              transport[1] = transport[2] = transport[3] = std::byte{0};
              const ByteView someKey = ByteView(rubbish).first(wire::kKeySize);
              test.hostile.deliver(victim, test.agent.key(), rubbish);
              test.hostile.deliver(victim, test.agent.key(), transport);
              test.hostile.deliver(victim, test.agent.key(), disco);
              test.hostile.tell(victim, FrameType::RecvPacket, someKey, rubbish);
              test.hostile.tell(victim, FrameType::PeerGone, test.agent.key().bytes());
              test.hostile.tell(victim, FrameType::PeerGone, someKey);
              test.hostile.tell(victim, FrameType::Ping, ByteView(rubbish).first(derp::kPingSize));
              test.hostile.tell(victim, FrameType::Health, ByteView(rubbish).first(500));
              test.hostile.tell(victim, FrameType::Restarting, ByteView(rubbish).first(8));
              test.hostile.tell(victim, static_cast<FrameType>(0x77), rubbish);
              count += 7 * rubbish.size();
            }
            co_await test.pause(1ms);
          }
        }(t, isDone, flooded),
        [&hasEnded](std::exception_ptr) { hasEnded = true; });
    const std::size_t before = residentBytes();
    const auto start = SteadyClock::now();
    co_await t.expectTransfer(t.client, t.agent, kFewMegabytes);
    std::printf("8 MiB beside a flood of %zu MiB: %.1f s, resident %+ld KiB\n", flooded >> 20,
                std::chrono::duration<double>(SteadyClock::now() - start).count(),
                (static_cast<long>(residentBytes()) - static_cast<long>(before)) / 1024);
    EXPECT_LT(residentBytes(), before + (64U << 20));
    isDone = true;
    co_await t.until([&hasEnded] { return hasEnded; });
  }(*this, *elsewhere));
  elsewhere->stop();
}

TEST_F(Hostile, aFloodOfRepeatedInitiationsDelaysNewPeersByOneRetryAndOthersNotAtAll) {
  Bytes initiation;
  hostile.onPacket = [&](const auto& from, const auto& to, ByteView packet) {
    if (noise::typeOf(packet) == noise::MessageType::Initiation && initiation.empty()) initiation = toBytes(packet);
    hostile.deliver(to, from, packet);
  };
  introduceOverHostile();
  serveDigestsAt(agent);
  auto late = newNode("fd7a:115c:a1e0::c");
  late->setDerpMap(hostile.map(), false);
  introduce(*late, kRegion, agent, kRegion);
  run([](Hostile& t, const Bytes& repeated, Node& newcomer) -> Task<void> {
    co_await t.expectTransfer(t.client, t.agent, 1);
    EXPECT_FALSE(repeated.empty());
    bool isDone = false;
    bool hasEnded = false;
    asio::co_spawn(
        t.io,
        [](Hostile& test, const Bytes& message, const bool& done) -> Task<void> {
          while (!done) {
            for (int i = 0; i < 20; ++i) test.hostile.deliver(test.agent.key(), test.client.key(), message);
            co_await test.pause(20ms);
          }
        }(t, repeated, isDone),
        [&hasEnded](std::exception_ptr) { hasEnded = true; });
    co_await t.pause(500ms);  // by now the agent is under load
    co_await t.expectTransfer(t.client, t.agent, kFewMegabytes);
    const auto start = SteadyClock::now();
    co_await t.expectTransfer(newcomer, t.agent, 1);
    const auto took = SteadyClock::now() - start;
    EXPECT_GT(took, 4s) << "was there no cookie to fetch?";
    EXPECT_LT(took, 9s);
    isDone = true;
    co_await t.until([&hasEnded] { return hasEnded; });
  }(*this, initiation, *late));
  late->stop();
  hostile.onPacket = nullptr;
}

TEST_F(Hostile, aPeerThatNeverReadsCostsItsOwnStreamOnly) {
  for (Node* each : {&client, &agent}) each->setDerpMap(relay.map(), false);
  introduce(client, kRegion, agent, kRegion);
  serveDigestsAt(agent);
  auto silent = agent.listen(kSilentPort, kKeepalive);
  run([](Hostile& t) -> Task<void> {
    std::vector<std::unique_ptr<Stream>> stuck;
    std::size_t written = 0;
    int ended = 0;
    constexpr int kStuck = 20;
    const std::size_t before = residentBytes();
    for (int i = 0; i < kStuck; ++i) {
      auto stream = co_await t.client.dial(t.agent.addresses()[0], kSilentPort);
      EXPECT_TRUE(stream);
      if (!stream) co_return;
      stuck.push_back(*std::move(stream));
      asio::co_spawn(
          t.io,
          [](Stream& held, std::size_t& count) -> Task<void> {
            const Bytes block(64U << 10);
            while (co_await held.write(block)) count += block.size();
          }(*stuck.back(), written),
          [&ended](std::exception_ptr) { ++ended; });
    }
    co_await t.expectTransfer(t.client, t.agent, kFewMegabytes);
    EXPECT_LT(written, kStuck * (1U << 20)) << "a window and a queue each";
    EXPECT_LT(residentBytes(), before + kStuck * (2U << 20) + (32U << 20));
    for (auto& stream : stuck) stream->close();
    co_await t.until([&ended] { return ended == kStuck; });
  }(*this));
}

TEST_F(Hostile, aPeerThatIsGoneWithoutAWordCostsItsOwnStreamOnly) {
  auto doomed = newNode("fd7a:115c:a1e0::d");
  doomed->setDerpMap(relay.map(), false);
  for (Node* each : {&client, &agent}) each->setDerpMap(relay.map(), false);
  introduce(client, kRegion, *doomed, kRegion);
  introduce(client, kRegion, agent, kRegion);
  serveDigestsAt(agent);
  auto silent = doomed->listen(kSilentPort, kKeepalive);
  run([](Hostile& t, Node& other) -> Task<void> {
    auto stuck = co_await t.client.dial(other.addresses()[0], kSilentPort);
    EXPECT_TRUE(stuck);
    if (!stuck) co_return;
    other.stop();
    bool hasEnded = false;
    asio::co_spawn(
        t.io,
        [](Stream& stream) -> Task<void> {
          const Bytes block(64U << 10);
          while (co_await stream.write(block)) {
          }
        }(**stuck),
        [&hasEnded](std::exception_ptr) { hasEnded = true; });
    co_await t.expectTransfer(t.client, t.agent, kFewMegabytes);
    (*stuck)->close();
    co_await t.until([&hasEnded] { return hasEnded; });
  }(*this, *doomed));
}
