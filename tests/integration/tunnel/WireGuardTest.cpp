// Our WireGuard and netstack against wireguard-go and the kernel's TCP/IP behind its TUN device: both in one network of
// their own, UDP over loopback. Our clock can be put forward, so that two minutes take no time.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>

#include "core/base/Log.h"
#include "core/base/Tcp.h"
#include "tests/integration/tunnel/WireGuardGo.h"
#include "tests/support/NetworkNamespace.h"
#include "tests/support/Run.h"
#include "tunnel/link/UdpSocket.h"
#include "tunnel/netstack/Netstack.h"
#include "tunnel/noise/Device.h"

using namespace berth;
using namespace berth::tunnel;
using namespace berth::tunnel::noise;
using namespace std::chrono_literals;
using asio::experimental::awaitable_operators::operator&&;

namespace {

const Ipv6 kOurs = *Ipv6::parse("fd7a:115c:a1e0::1");
const Ipv6 kTheirs = *Ipv6::parse("fd7a:115c:a1e0::2");
const wire::Endpoint kLoopback{wire::mappedV4({127, 0, 0, 1}), 0};
constexpr std::uint16_t kEchoPort = 7;
// Between two initiations that they accept, by their clock, which nobody puts forward.
constexpr std::chrono::milliseconds kTheirSpacing{30};
constexpr std::size_t kMac2At = kInitiationSize - kMacSize;

bool hasMac2(ByteView initiation) {
  return std::ranges::any_of(initiation.subspan(kMac2At), [](std::byte b) { return b != std::byte{0}; });
}

Task<void> serveEchoes(StreamListener& listener) {
  const auto executor = co_await asio::this_coro::executor;
  while (auto stream = co_await listener.accept())
    asio::co_spawn(
        executor,
        [](std::unique_ptr<Stream> s) -> Task<void> {
          Bytes buffer(64U << 10);
          while (auto count = co_await s->readSome(buffer)) co_await s->write(ByteView(buffer).first(*count));
        }(*std::move(stream)),
        asio::detached);
}

// All comes back as it was sent.
Task<void> expectEcho(Stream& stream, std::size_t size) {
  Bytes sent(size);
  fillRandom(sent);
  Bytes back(size);
  // At the same time: what comes back may have to be read before all can be written.
  const auto [written, read] = co_await (stream.write(sent) && readExactly(stream, back));
  EXPECT_TRUE(written && read);
  EXPECT_EQ(sent, back);
}

// Our device with a netstack above and a UDP socket below.
class OurEnd {
 public:
  OurEnd(asio::io_context& io, const Clock& clock, Rng& rng, wire::NodePrivate key, SessionLimits limits)
      : device(std::move(key), rng, clock.wallNow(), clock.now(), limits),
        netstack(io.get_executor(), clock, [this](ByteView packet) { return send(packet); }),
        m_io(io),
        m_clock(clock),
        m_timer(io) {
    netstack.setAddresses({kOurs});
    rebind();
  }
  ~OurEnd() { netstack.stop(); }

  void setPeer(const wire::NodePublic& key, std::optional<wire::Endpoint> endpoint) {
    peer = device.putPeer(key, {kTheirs});
    peerEndpoint = endpoint;
  }

  // Moves to another port, as behind a NAT that has forgotten us.
  void rebind() {
    m_socket = *link::UdpSocket::open(m_io.get_executor(), kLoopback, [this](const auto& source, ByteView payload) {
      receive(source, toBytes(payload));
    });
  }
  wire::Endpoint endpoint() const { return m_socket->localEndpoint(); }

  // Puts our clock forward.
  void advance(std::chrono::seconds by) {
    m_ahead += by;
    device.onTimer(now());
    flush();
  }
  TimePoint now() const { return m_clock.now() + m_ahead; }

  int sentOf(MessageType type) const { return count(m_sent, type); }
  int receivedOf(MessageType type) const { return count(m_received, type); }

  Device device;
  netstack::Netstack netstack;
  Peer* peer = nullptr;
  std::optional<wire::Endpoint> peerEndpoint;  // the latest that an authentic datagram came from
  int sentWithCookie = 0;                      // initiations
  int receivedWithCookie = 0;
  int badHandshakes = 0;

 private:
  static int count(const std::map<MessageType, int>& counts, MessageType type) {
    const auto found = counts.find(type);
    return found == counts.end() ? 0 : found->second;
  }

  bool send(ByteView packet) {
    Bytes buffer(transportSize(packet.size()));
    std::ranges::copy(packet, buffer.begin() + kTransportHeaderSize);
    const auto outcome = device.encapsulate(*peer, buffer, packet.size(), now());
    if (const auto* sealed = std::get_if<SendDatagram>(&outcome)) put(sealed->datagram);
    flush();
    return true;
  }
  void put(ByteView datagram) {
    const auto type = *typeOf(datagram);
    ++m_sent[type];
    if (type == MessageType::Initiation && hasMac2(datagram)) ++sentWithCookie;
    if (peerEndpoint) m_socket->send(*peerEndpoint, datagram);
  }
  void receive(const wire::Endpoint& source, Bytes datagram) {
    const auto type = typeOf(datagram);
    const bool isWithCookie = type == MessageType::Initiation && hasMac2(datagram);
    const std::string sourceText = source.toString();
    auto outcome = device.decapsulate(datagram, asBytes(sourceText), now());
    if (const auto* reply = std::get_if<ReplyToSource>(&outcome)) {
      m_socket->send(source, reply->datagram);
    } else if (const auto* refusal = std::get_if<Refusal>(&outcome)) {
      if (*refusal == Refusal::BadHandshake) ++badHandshakes;
    } else {
      peerEndpoint = source;
      ++m_received[*type];
      if (isWithCookie) ++receivedWithCookie;
    }
    if (const auto* delivered = std::get_if<DeliverPacket>(&outcome)) netstack.receive(delivered->packet);
    flush();
  }
  void flush() {
    while (const auto outgoing = device.nextDatagram()) put(outgoing->datagram);
    if (device.nextTimerAt() == TimePoint::max()) return;
    m_timer.expires_after(std::max(device.nextTimerAt() - now(), TimePoint::duration::zero()));
    m_timer.async_wait([this, alive = std::weak_ptr(m_alive)](const boost::system::error_code& error) {
      if (error || alive.expired()) return;
      device.onTimer(now());
      flush();
    });
  }

  asio::io_context& m_io;
  const Clock& m_clock;
  asio::steady_timer m_timer;
  TimePoint::duration m_ahead{};
  std::unique_ptr<link::UdpSocket> m_socket;
  std::map<MessageType, int> m_sent;
  std::map<MessageType, int> m_received;  // authentic ones
  std::shared_ptr<char> m_alive = std::make_shared<char>();
};

// Somebody who knows a public key and nothing else: initiations with a good mac1, as many as wanted.
class Flooder {
 public:
  Flooder(asio::io_context& io, const Clock& clock, Rng& rng, const wire::NodePublic& victim)
      : m_device(wire::NodePrivate::generate(rng), rng, clock.wallNow(), clock.now()) {
    Bytes packet(transportSize(0));
    (void)m_device.encapsulate(*m_device.putPeer(victim, {}), packet, 0, clock.now());
    m_initiation = m_device.nextDatagram()->datagram;
    m_socket = *link::UdpSocket::open(io.get_executor(), kLoopback, [this](const auto&, ByteView payload) {
      if (typeOf(payload) == MessageType::CookieReply) ++cookieReplies;
    });
  }
  void send(const wire::Endpoint& to, int times) {
    for (int i = 0; i < times; ++i) m_socket->send(to, m_initiation);
  }
  int cookieReplies = 0;

 private:
  Device m_device;
  Bytes m_initiation;
  std::unique_ptr<link::UdpSocket> m_socket;
};

struct WireGuard : testing::Test {
  asio::io_context io;
  SystemClock clock;
  SystemRng rng;
  std::unique_ptr<berth::test::NetworkNamespace> network;
  std::unique_ptr<OurEnd> ours;
  std::unique_ptr<WireGuardGo> theirs;
  std::unique_ptr<StreamListener> ourEchoes;
  std::unique_ptr<TcpListener> theirEchoes;

  void SetUp() override {
    if (!WireGuardGo::isInstalled()) GTEST_SKIP() << "needs wireguard-go, wireguard-tools and /dev/net/tun";
    network = berth::test::NetworkNamespace::enter();
    if (!network) GTEST_SKIP() << "a network namespace takes privilege";
    log::setLevel(log::Level::Error);
  }
  void TearDown() override {
    if (ourEchoes) ourEchoes->close();
    if (theirEchoes) theirEchoes->close();
    ours.reset();
    theirs.reset();
    io.run_for(100ms);  // the echoes' coroutines end
  }

  // Both sides know each other; only one knows where the other is, unless both begin.
  enum class Caller { Ours, Theirs };
  struct Keys {
    std::optional<SecretHash> ours;
    std::optional<SecretHash> theirs;
  };
  void connect(Caller caller, const Keys& preshared = {}, SessionLimits limits = {}) {
    const auto ourKey = wire::NodePrivate::generate(rng);
    ours = std::make_unique<OurEnd>(io, clock, rng, ourKey, limits);
    WireGuardGo::Config config{ourKey.publicKey(), {}, preshared.theirs, kTheirs, kOurs};
    if (caller == Caller::Theirs) config.peerEndpoint = ours->endpoint();
    theirs = std::make_unique<WireGuardGo>(io.get_executor(), wire::NodePrivate::generate(rng), config);
    ours->setPeer(theirs->publicKey(), caller == Caller::Ours ? std::optional(theirs->endpoint()) : std::nullopt);
    if (preshared.ours) ours->peer->setPresharedKey(*preshared.ours);
    ourEchoes = *ours->netstack.listen(kEchoPort, 1h);
    theirEchoes = *listenTcp(io.get_executor(), std::format("[{}]:{}", kTheirs.toString(), kEchoPort));
    asio::co_spawn(io, serveEchoes(*ourEchoes), asio::detached);
    asio::co_spawn(io, serveEchoes(*theirEchoes), asio::detached);
  }
  SecretHash presharedKey() {
    SecretHash key;
    rng.fill(key.bytes);
    return key;
  }

  void run(Task<void> task) { berth::test::run(io, std::move(task)); }
  Task<std::unique_ptr<Stream>> callThem() {
    auto stream = co_await ours->netstack.connect(kTheirs, kEchoPort);
    if (!stream) throw std::runtime_error(stream.error().message());
    co_return *std::move(stream);
  }
  Task<std::unique_ptr<Stream>> callUs() {
    auto stream = co_await connectTcp(kOurs.toString(), kEchoPort);
    if (!stream) throw std::runtime_error(stream.error().message());
    co_return *std::move(stream);
  }
  Task<void> until(std::function<bool()> isTrue) {
    const TimePoint limit = clock.now() + 15s;
    while (!isTrue() && clock.now() < limit) co_await pause(2ms);
    EXPECT_TRUE(isTrue());
  }
  Task<void> pause(std::chrono::milliseconds time) {
    asio::steady_timer timer(io, time);
    co_await timer.async_wait(asio::use_awaitable);
  }
  // Until the victim asks for cookies, which it does for another second; and until it has worked off what was sent.
  Task<void> overload(Flooder& flooder, const wire::Endpoint& victim, int burst) {
    const int before = flooder.cookieReplies;
    const TimePoint limit = clock.now() + 10s;
    while (flooder.cookieReplies == before && clock.now() < limit) {
      flooder.send(victim, burst);
      co_await pause(2ms);
    }
    EXPECT_GT(flooder.cookieReplies, before);
    for (int seen = -1; std::exchange(seen, flooder.cookieReplies) != flooder.cookieReplies;) co_await pause(20ms);
  }
};

}  // namespace

TEST_F(WireGuard, weCall) {
  connect(Caller::Ours);
  run([](WireGuard& t) -> Task<void> {
    const auto stream = co_await t.callThem();
    co_await expectEcho(*stream, 1U << 20);
    EXPECT_EQ(t.ours->sentOf(MessageType::Initiation), 1);
    EXPECT_EQ(t.ours->receivedOf(MessageType::Response), 1);
    EXPECT_EQ(t.ours->receivedOf(MessageType::Initiation), 0);
  }(*this));
}

TEST_F(WireGuard, theyCall) {
  connect(Caller::Theirs);
  run([](WireGuard& t) -> Task<void> {
    const auto stream = co_await t.callUs();
    co_await expectEcho(*stream, 1U << 20);
    EXPECT_EQ(t.ours->receivedOf(MessageType::Initiation), 1);
    EXPECT_EQ(t.ours->sentOf(MessageType::Initiation), 0);
    const auto back = co_await t.callThem();
    co_await expectEcho(*back, 1000);
  }(*this));
}

TEST_F(WireGuard, weCallWithAPresharedKey) {
  const SecretHash key = presharedKey();
  connect(Caller::Ours, {key, key});
  run([](WireGuard& t) -> Task<void> {
    const auto stream = co_await t.callThem();
    co_await expectEcho(*stream, 100'000);
  }(*this));
}

TEST_F(WireGuard, theyCallWithAPresharedKey) {
  const SecretHash key = presharedKey();
  connect(Caller::Theirs, {key, key});
  run([](WireGuard& t) -> Task<void> {
    const auto stream = co_await t.callUs();
    co_await expectEcho(*stream, 100'000);
    EXPECT_EQ(t.ours->sentOf(MessageType::Initiation), 0);
  }(*this));
}

TEST_F(WireGuard, noSessionWithAnotherPresharedKey) {
  connect(Caller::Ours, {presharedKey(), presharedKey()});
  run([](WireGuard& t) -> Task<void> {
    t.ours->peer->setPersistentKeepalive(25s, t.ours->now());
    t.ours->advance(0s);
    co_await t.until([&t] { return t.ours->badHandshakes > 0; });
    EXPECT_FALSE(t.ours->peer->hasSession(t.ours->now()));
  }(*this));
}

TEST_F(WireGuard, rekeysAfterTwoMinutesWithoutLosingAByte) {
  connect(Caller::Ours);
  run([](WireGuard& t) -> Task<void> {
    const auto stream = co_await t.callThem();
    for (int round = 1; round <= 3; ++round) {
      co_await expectEcho(*stream, 100'000);
      co_await t.until([&] { return t.ours->receivedOf(MessageType::Response) == round; });
      co_await t.pause(kTheirSpacing);
      t.ours->advance(121s);
    }
  }(*this));
}

TEST_F(WireGuard, expiredKeysOfTheirSessionAreReplacedByOurs) {
  connect(Caller::Theirs);
  run([](WireGuard& t) -> Task<void> {
    const auto stream = co_await t.callUs();
    co_await expectEcho(*stream, 1000);
    t.ours->advance(181s);
    EXPECT_FALSE(t.ours->peer->hasSession(t.ours->now()));
    const auto back = co_await t.callThem();
    co_await expectEcho(*back, 1000);
    co_await expectEcho(*stream, 1000);
    EXPECT_EQ(t.ours->receivedOf(MessageType::Response), 1);
  }(*this));
}

TEST_F(WireGuard, rekeysAfterSoManyMessagesWithoutLosingAByte) {
  connect(Caller::Ours, {}, {.rekeyAfterMessages = 100});
  run([](WireGuard& t) -> Task<void> {
    const auto stream = co_await t.callThem();
    for (int round = 1; round <= 3; ++round) {
      co_await t.pause(kTheirSpacing);
      t.ours->advance(6s);  // our spacing
      co_await expectEcho(*stream, 400'000);
      co_await t.until([&] { return t.ours->receivedOf(MessageType::Response) == round + 1; });
    }
  }(*this));
}

TEST_F(WireGuard, bothEndsMayMove) {
  connect(Caller::Ours);
  run([](WireGuard& t) -> Task<void> {
    const auto stream = co_await t.callThem();
    const auto back = co_await t.callUs();
    co_await expectEcho(*stream, 1000);
    t.ours->rebind();
    co_await expectEcho(*stream, 100'000);
    EXPECT_EQ(t.theirs->peerEndpoint(), t.ours->endpoint().toString());

    const wire::Endpoint before = t.theirs->endpoint();
    t.theirs->setListenPort(static_cast<std::uint16_t>(before.port ^ 1));
    co_await expectEcho(*back, 100'000);  // their packets come first
    EXPECT_NE(t.theirs->endpoint(), before);
    EXPECT_EQ(t.ours->peerEndpoint, t.theirs->endpoint());
    EXPECT_EQ(t.ours->receivedOf(MessageType::Response), 1) << "no handshake for a move";
  }(*this));
}

TEST_F(WireGuard, theyAnswerOurCookieWhenWeAreUnderLoad) {
  connect(Caller::Theirs);
  run([](WireGuard& t) -> Task<void> {
    Flooder flooder(t.io, t.clock, t.rng, t.ours->device.publicKey());
    co_await t.overload(flooder, t.ours->endpoint(), 50);
    bool isDone = false;
    bool hasEnded = false;
    asio::co_spawn(
        t.io,
        [](WireGuard& test, Flooder& flood, const bool& done) -> Task<void> {
          while (!done) {
            flood.send(test.ours->endpoint(), 60);
            co_await test.pause(200ms);
          }
        }(t, flooder, isDone),
        [&hasEnded](std::exception_ptr) { hasEnded = true; });
    const auto stream = co_await t.callUs();
    co_await expectEcho(*stream, 1000);
    EXPECT_EQ(t.ours->receivedOf(MessageType::Initiation), 1);
    EXPECT_EQ(t.ours->receivedWithCookie, 1) << "the only one that was worked on";
    isDone = true;
    co_await t.until([&hasEnded] { return hasEnded; });
  }(*this));
}

TEST_F(WireGuard, weAnswerTheirCookieWhenTheyAreUnderLoad) {
  connect(Caller::Ours);
  run([](WireGuard& t) -> Task<void> {
    Flooder flooder(t.io, t.clock, t.rng, t.theirs->publicKey());
    co_await t.overload(flooder, t.theirs->endpoint(), 1000);
    t.ours->peer->setPersistentKeepalive(25s, t.ours->now());
    t.ours->advance(0s);  // lets the initiation out
    co_await t.until([&t] { return t.ours->receivedOf(MessageType::CookieReply) > 0; });
    EXPECT_EQ(t.ours->receivedOf(MessageType::Response), 0);

    co_await t.overload(flooder, t.theirs->endpoint(), 1000);
    t.ours->advance(6s);  // when the initiation is repeated
    co_await t.until([&t] { return t.ours->receivedOf(MessageType::Response) > 0; });
    EXPECT_EQ(t.ours->sentWithCookie, 1);
    EXPECT_EQ(t.ours->receivedOf(MessageType::CookieReply), 1);
    const auto stream = co_await t.callThem();
    co_await expectEcho(*stream, 1000);
  }(*this));
}
