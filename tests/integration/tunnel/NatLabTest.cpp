// Two nodes, each in a process and network of its own behind a NAT, and a relay and two STUN servers on the internet
// between them: which path is found, how long the first byte takes and how long traffic stops when something changes.
#include <sys/socket.h>
#include <sys/wait.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <sstream>

#include "tests/integration/tunnel/RelayServer.h"
#include "tests/support/NatLaboratory.h"
#include "tunnel/stun/Server.h"

using namespace berth;
using namespace berth::tunnel;
using berth::test::Nat;
using berth::test::NatLaboratory;
using namespace std::chrono_literals;

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::uint16_t kEchoPort = 1;
constexpr std::uint16_t kStunPort = 3478;
constexpr int kStunRegion = 1000;

double millisSince(SteadyClock::time_point start) {
  return std::chrono::duration<double, std::milli>(SteadyClock::now() - start).count();
}

// Lines over a socket pair, between this process and a node's.
class Channel {
 public:
  Channel(asio::io_context& io, int descriptor) : m_socket(io, descriptor) {}

  void write(std::string line) {
    line += '\n';
    boost::system::error_code lost;
    asio::write(m_socket, asio::buffer(line), lost);
  }
  // Nothing at the end.
  Task<std::optional<std::string>> read() {
    boost::system::error_code error;
    const auto size = co_await asio::async_read_until(m_socket, asio::dynamic_buffer(m_buffer), '\n',
                                                      asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return std::nullopt;
    std::string line = m_buffer.substr(0, size - 1);
    m_buffer.erase(0, size);
    co_return line;
  }

 private:
  asio::posix::stream_descriptor m_socket;
  std::string m_buffer;
};

wire::DerpMap withSecondStun(wire::DerpMap map) {
  map.regions.at(kRegion).nodes.front().stunPort = kStunPort;
  wire::DerpNode node;
  node.name = "stun";
  node.hostName = NatLaboratory::kSecondHost;
  node.stunPort = kStunPort;
  node.isStunOnly = true;
  map.regions[kStunRegion] = {kStunRegion, "stun", "STUN", false, false, {node}};
  return map;
}

// A node as a process: introduces itself with "self", is told of the other with "peer" in the same form, reports.
class Member {
 public:
  Member(int channel, const char* address, const wire::DerpMap& map)
      : m_channel(m_io, channel), m_node(m_io.get_executor(), m_clock, m_rng, {.addresses = {*Ipv6::parse(address)}}) {
    m_node.setOnSelfChanged([this](const SelfInfo& self) { m_channel.write("self " + describe(self)); });
    m_node.setDerpMap(map, false);
  }

  void runAgent() {
    asio::co_spawn(m_io, listen(), asio::detached);
    asio::co_spawn(m_io, takePeers(), asio::detached);
    m_io.run();
  }
  void runClient() {
    asio::co_spawn(m_io, takePeers(), asio::detached);
    asio::co_spawn(m_io, talk(), asio::detached);
    m_io.run();
  }

 private:
  std::string describe(const SelfInfo& self) const {
    std::string text = std::format("{} {} {}", m_node.key().toString(), m_node.discoKey().toString(),
                                   m_node.addresses().front().toString());
    for (const auto& endpoint : self.place.endpoints) text += " " + endpoint.toString();
    return text;
  }

  Task<void> takePeers() {
    while (auto line = co_await m_channel.read()) {
      std::istringstream words(*line);
      std::string kind, node, disco, address;
      words >> kind >> node >> disco >> address;
      if (kind == "quit") m_isQuitting = true;
      if (kind != "peer") continue;
      PeerConfig config{
          *wire::NodePublic::parse(node), *wire::DiscoPublic::parse(disco), kRegion, {*Ipv6::parse(address)}, {}};
      for (std::string endpoint; words >> endpoint;) config.endpoints.push_back(*wire::Endpoint::parse(endpoint));
      m_peerAddress = config.addresses.front();
      m_node.putPeer(config);
      while (!m_node.isHomeConnected()) co_await pause(1ms);
      if (!m_peer) m_channel.write("ready");
      m_peer = config.key;
    }
    m_io.stop();
  }

  Task<void> listen() {
    auto listener = m_node.listen(kEchoPort, 72h);
    while (auto stream = co_await (*listener)->accept())
      asio::co_spawn(
          m_io,
          [](std::unique_ptr<Stream> s) -> Task<void> {
            Bytes buffer(256);
            while (auto count = co_await s->readSome(buffer)) co_await s->write(ByteView(buffer).first(*count));
          }(*std::move(stream)),
          asio::detached);
  }

  Task<void> pause(std::chrono::milliseconds time) {
    asio::steady_timer timer(m_io, time);
    co_await timer.async_wait(asio::use_awaitable);
  }

  // An echo every 10 ms until told to quit. Reports the first byte, the change to a direct path, the longest silence.
  Task<void> talk() {
    while (!m_peer) co_await pause(1ms);
    const auto start = SteadyClock::now();
    auto stream = co_await m_node.dial(m_peerAddress, kEchoPort);
    if (!stream) co_return m_channel.write("failed " + stream.error().message());
    Bytes buffer(256);
    auto lastAt = SteadyClock::now();
    double longest = 0;
    bool isFirst = true;
    std::string way = "relay";
    while (!m_isQuitting) {
      co_await (*stream)->write(asBytes("x"));
      if (!co_await (*stream)->readSome(buffer)) co_return m_channel.write("failed the stream ended");
      if (std::exchange(isFirst, false)) m_channel.write(std::format("firstbyte {:.1f}", millisSince(start)));
      longest = std::max(longest, millisSince(lastAt));
      const auto status = m_node.findPeerStatus(*m_peer);
      const std::string now = status->direct ? status->direct->toString() : "relay";
      if (now != way) m_channel.write(std::format("way {:.1f} {}", millisSince(start), now));
      way = now;
      lastAt = SteadyClock::now();
      co_await pause(10ms);
    }
    const auto varies = m_node.selfInfo().place.mappingVaries;
    m_channel.write(std::format("done {:.1f} {} {}", longest, way, varies ? (*varies ? "hard" : "easy") : "unknown"));
  }

  asio::io_context m_io;
  SystemClock m_clock;
  SystemRng m_rng;
  Channel m_channel;
  std::optional<wire::NodePublic> m_peer;
  Ipv6 m_peerAddress;
  bool m_isQuitting = false;
  Node m_node;
};

struct Report {
  double firstByte = -1;  // ms
  double directAfter = -1;
  double longestSilence = -1;
  std::string way;
  std::string nat;  // of the client, as it found out
  std::string failure;
};

class Experiment {
 public:
  Experiment(Nat a, Nat b) : m_laboratory(a, b) {
    m_laboratory.enter("net");
    m_relay.start();
    for (const char* host : {NatLaboratory::kRelayHost, NatLaboratory::kSecondHost})
      m_stun.push_back(
          *stun::Server::start(m_io.get_executor(), *wire::Endpoint::parse(std::format("{}:{}", host, kStunPort))));
    // Forked once the port is known; a child starts with nothing of ours but the addresses.
    const wire::DerpMap map = withSecondStun(m_relay.map());
    m_client = spawn("a", map, [](Member& member) { member.runClient(); }, "fd7a:115c:a1e0::a");
    m_agent = spawn("b", map, [](Member& member) { member.runAgent(); }, "fd7a:115c:a1e0::b");
    asio::co_spawn(m_io, pass(*m_client, *m_agent), asio::detached);
    asio::co_spawn(m_io, pass(*m_agent, *m_client), asio::detached);
  }
  ~Experiment() {
    for (const pid_t child : m_children) {
      ::kill(child, SIGKILL);
      ::waitpid(child, nullptr, 0);
    }
    for (auto& each : m_stun) each->stop();
    bool isStopped = false;
    asio::co_spawn(m_io, m_relay.stop(), [&](std::exception_ptr) { isStopped = true; });
    while (!isStopped) m_io.run_one_for(100ms);
  }

  void runFor(std::chrono::milliseconds time) { m_io.run_for(time); }
  bool runUntil(const std::function<bool()>& isTrue, std::chrono::seconds limit = 15s) {
    const auto start = SteadyClock::now();
    while (!isTrue() && SteadyClock::now() - start < limit) m_io.run_one_for(20ms);
    return isTrue();
  }
  bool isDirect() const { return m_report.way != "relay" && !m_report.way.empty(); }
  const Report& finish() {
    m_client->write("quit");
    EXPECT_TRUE(runUntil([this] { return m_report.longestSilence >= 0 || !m_report.failure.empty(); }));
    EXPECT_EQ(m_report.failure, "");
    return m_report;
  }
  const Report& report() const { return m_report; }
  const NatLaboratory& laboratory() const { return m_laboratory; }

 private:
  std::unique_ptr<Channel> spawn(const std::string& place, const wire::DerpMap& map, void (*main)(Member&),
                                 const char* address) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    m_io.notify_fork(asio::io_context::fork_prepare);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(ends[0]);
      log::setLevel(log::Level::Error);
      m_laboratory.enter(place);
      {
        Member member(ends[1], address, map);
        main(member);
      }
      ::_exit(0);
    }
    m_io.notify_fork(asio::io_context::fork_parent);
    ::close(ends[1]);
    m_children.push_back(child);
    return std::make_unique<Channel>(m_io, ends[0]);
  }

  Task<void> pass(Channel& from, Channel& to) {
    while (auto line = co_await from.read()) {
      std::istringstream words(*line);
      std::string kind;
      words >> kind;
      if (kind == "self") introduce(from, to, "peer" + line->substr(kind.size()));
      if (kind == "ready" && &from == m_agent.get()) {
        m_isAgentReady = true;
        introduce(from, to, std::exchange(m_waiting, {}));
      }
      if (kind == "firstbyte") words >> m_report.firstByte;
      if (kind == "way") {
        double after = 0;
        words >> after >> m_report.way;
        if (m_report.directAfter < 0) m_report.directAfter = after;
      }
      if (kind == "done") words >> m_report.longestSilence >> m_report.way >> m_report.nat;
      if (kind == "failed") m_report.failure = *line;
    }
  }

  // The client hears of the agent once that knows the client (reference/tailnet.md 4.10).
  void introduce(Channel& from, Channel& to, std::string peer) {
    if (&from == m_agent.get() && !m_isAgentReady)
      m_waiting = std::move(peer);
    else
      to.write(std::move(peer));
  }

  NatLaboratory m_laboratory;
  asio::io_context m_io;
  SystemClock m_clock;
  SystemRng m_rng;
  RelayServer m_relay{m_io, m_clock, m_rng, NatLaboratory::kRelayHost};
  std::vector<std::unique_ptr<stun::Server>> m_stun;
  std::unique_ptr<Channel> m_client;
  std::unique_ptr<Channel> m_agent;
  std::vector<pid_t> m_children;
  std::string m_waiting;
  bool m_isAgentReady = false;
  Report m_report;
};

struct NatLab : testing::Test {
  void SetUp() override {
    if (!NatLaboratory::isPossible()) GTEST_SKIP() << "network namespaces and nftables take privilege";
    log::setLevel(log::Level::Error);
    ::signal(SIGPIPE, SIG_IGN);  // a node's process may be gone
  }
};

}  // namespace

TEST_F(NatLab, findsTheDirectPathWhereverThereIsOne) {
  struct Row {
    Nat a;
    Nat b;
    bool isDirect;
    const char* nat;  // as the client sees itself
  };
  const Row rows[] = {
      {Nat::None, Nat::None, true, "unknown"},        {Nat::None, Nat::Easy, true, "unknown"},
      {Nat::None, Nat::Hard, true, "unknown"},        {Nat::Easy, Nat::None, true, "easy"},
      {Nat::Easy, Nat::Easy, true, "easy"},           {Nat::Easy, Nat::Hard, false, "easy"},
      {Nat::Hard, Nat::None, true, "hard"},           {Nat::Hard, Nat::Hard, false, "hard"},
      {Nat::UdpBlocked, Nat::None, false, "unknown"},
  };
  std::printf("%-12s %-12s %-8s %16s %14s %20s\n", "client", "agent", "path", "first byte (ms)", "direct (ms)",
              "longest silence (ms)");
  for (const Row& row : rows) {
    Experiment experiment(row.a, row.b);
    EXPECT_TRUE(experiment.runUntil([&] { return experiment.report().firstByte >= 0; }));
    const bool isDirect = experiment.runUntil([&] { return experiment.isDirect(); }, row.isDirect ? 15s : 7s);
    EXPECT_EQ(isDirect, row.isDirect);
    experiment.runFor(1s);
    const Report report = experiment.finish();
    EXPECT_EQ(report.way != "relay", row.isDirect) << toString(row.a) << " with " << toString(row.b);
    EXPECT_EQ(report.nat, row.nat) << toString(row.a) << " with " << toString(row.b);
    std::printf("%-12s %-12s %-8s %16.0f %14.0f %20.0f\n", toString(row.a), toString(row.b),
                report.way == "relay" ? "relay" : "direct", report.firstByte, report.directAfter,
                report.longestSilence);
  }
}

TEST_F(NatLab, survivesALinkThatFlaps) {
  Experiment experiment(Nat::Easy, Nat::Easy);
  ASSERT_TRUE(experiment.runUntil([&] { return experiment.isDirect(); }));
  experiment.laboratory().in("a", "ip link set eth0 down");
  experiment.runFor(3s);
  experiment.laboratory().in("a", "ip link set eth0 up; ip route add default via 10.1.0.1");
  experiment.runFor(4s);
  const Report report = experiment.finish();
  std::printf("link away for 3 s: silence of %.0f ms, then %s\n", report.longestSilence, report.way.c_str());
  EXPECT_LT(report.longestSilence, 4500);
  EXPECT_NE(report.way, "relay");
}

TEST_F(NatLab, survivesAnAddressChange) {
  Experiment experiment(Nat::Easy, Nat::Easy);
  ASSERT_TRUE(experiment.runUntil([&] { return experiment.isDirect(); }));
  experiment.runFor(1s);
  experiment.laboratory().in("a",
                             "ip addr del 10.1.0.2/24 dev eth0; ip addr add 10.1.0.77/24 dev eth0; "
                             "ip route add default via 10.1.0.1");
  experiment.runFor(6s);
  const Report report = experiment.finish();
  std::printf("address changed: silence of %.0f ms, then %s\n", report.longestSilence, report.way.c_str());
  EXPECT_LT(report.longestSilence, 2000);
  EXPECT_NE(report.way, "relay");
}
