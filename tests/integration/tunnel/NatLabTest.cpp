// Which path two nodes behind NATs find, how long the first byte takes, and how long traffic stops when something
// changes.
#include "tests/integration/tunnel/TwoSites.h"

using namespace berth;
using namespace berth::tunnel;
using berth::test::LinkFaults;
using berth::test::Nat;
using berth::test::NatLaboratory;
using namespace std::chrono_literals;

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::uint16_t kEchoPort = 1;

double millisSince(SteadyClock::time_point start) {
  return std::chrono::duration<double, std::milli>(SteadyClock::now() - start).count();
}

// Sends back what it is sent.
class EchoingAgent : public SiteNode {
 public:
  EchoingAgent(int channel, const char* address, const wire::DerpMap& map) : SiteNode(channel, address, map) {
    spawn(listen());
  }

 private:
  Task<void> listen() {
    auto listener = node().listen(kEchoPort, 72h);
    while (auto stream = co_await (*listener)->accept()) spawn(echo(*std::move(stream)));
  }
  static Task<void> echo(std::unique_ptr<Stream> stream) {
    Bytes buffer(256);
    while (auto count = co_await stream->readSome(buffer)) co_await stream->write(ByteView(buffer).first(*count));
  }
};

// An echo every 10 ms until told to quit. Reports the first byte, the change to a direct path, the longest silence.
class TalkingClient : public SiteNode {
 public:
  using SiteNode::SiteNode;

 private:
  void onPeer() override { spawn(talk()); }
  void onLine(const std::string& line) override { m_isQuitting = line == "quit"; }

  Task<void> talk() {
    const auto start = SteadyClock::now();
    auto stream = co_await node().dial(peerAddress(), kEchoPort);
    if (!stream) co_return say("failed " + stream.error().message());
    Bytes buffer(256);
    auto lastAt = SteadyClock::now();
    double longest = 0;
    bool isFirst = true;
    std::string lastWay = "relay";
    while (!m_isQuitting) {
      co_await (*stream)->write(asBytes("x"));
      if (!co_await (*stream)->readSome(buffer)) co_return say("failed the stream ended");
      if (std::exchange(isFirst, false)) say(std::format("firstbyte {:.1f}", millisSince(start)));
      longest = std::max(longest, millisSince(lastAt));
      const std::string now = way();
      if (now != lastWay) say(std::format("way {:.1f} {}", millisSince(start), now));
      lastWay = now;
      lastAt = SteadyClock::now();
      co_await pause(10ms);
    }
    const auto varies = node().selfInfo().place.mappingVaries;
    say(std::format("done {:.1f} {} {}", longest, lastWay, varies ? (*varies ? "hard" : "easy") : "unknown"));
  }

  bool m_isQuitting = false;
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
  Experiment(Nat a, Nat b, const LinkFaults& faults = {})
      : m_sites(TwoSites::make<TalkingClient, EchoingAgent>(
            a, b, [this](TwoSites::Side, const std::string& line) { onLine(line); }, faults)) {}

  void runFor(std::chrono::milliseconds time) { m_sites->runFor(time); }
  bool runUntil(const std::function<bool()>& isTrue, std::chrono::seconds limit = 15s) {
    return m_sites->runUntil(isTrue, limit);
  }
  bool isDirect() const { return m_report.way != "relay" && !m_report.way.empty(); }
  const Report& finish() {
    m_sites->tell(TwoSites::Side::Client, "quit");
    EXPECT_TRUE(runUntil([this] { return m_report.longestSilence >= 0 || !m_report.failure.empty(); }));
    EXPECT_EQ(m_report.failure, "");
    return m_report;
  }
  const Report& report() const { return m_report; }
  const NatLaboratory& laboratory() const { return m_sites->laboratory(); }

 private:
  void onLine(const std::string& line) {
    std::istringstream words(line);
    std::string kind;
    words >> kind;
    if (kind == "firstbyte") words >> m_report.firstByte;
    if (kind == "way") {
      double after = 0;
      words >> after >> m_report.way;
      if (m_report.directAfter < 0) m_report.directAfter = after;
    }
    if (kind == "done") words >> m_report.longestSilence >> m_report.way >> m_report.nat;
    if (kind == "failed") m_report.failure = line;
  }

  Report m_report;
  std::unique_ptr<TwoSites> m_sites;
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
      {Nat::UdpBlocked, Nat::None, false, "unknown"}, {Nat::HardOrIpv6, Nat::HardOrIpv6, true, "hard"},
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
    EXPECT_EQ(report.way.starts_with("[2001:db8:2::2]:"), row.a == Nat::HardOrIpv6) << report.way;
    std::printf("%-12s %-12s %-8s %16.0f %14.0f %20.0f\n", toString(row.a), toString(row.b),
                report.way == "relay" ? "relay" : "direct", report.firstByte, report.directAfter,
                report.longestSilence);
  }
}

TEST_F(NatLab, recoversOnSlowAndLossyNetworks) {
  struct Row {
    const char* name;
    LinkFaults faults;
    int maxSilence;  // ms
  };
  const Row rows[] = {
      {"clean", {}, 3'000},
      {"1 % loss", {.lossPercent = 1}, 4'000},
      {"100 ms each way", {.delay = 100ms}, 6'000},
      {"both", {.delay = 100ms, .lossPercent = 1}, 8'000},
  };
  std::printf("%-16s %16s %14s %34s\n", "network", "first byte (ms)", "direct (ms)", "silence when UDP is cut (ms)");
  for (const Row& row : rows) {
    Experiment experiment(Nat::Easy, Nat::Easy, row.faults);
    EXPECT_TRUE(experiment.runUntil([&] { return experiment.isDirect(); })) << row.name;
    experiment.runFor(2s);
    experiment.laboratory().cutUdp("routera", true);
    EXPECT_TRUE(experiment.runUntil([&] { return !experiment.isDirect(); })) << row.name;
    experiment.laboratory().cutUdp("routera", false);
    EXPECT_TRUE(experiment.runUntil([&] { return experiment.isDirect(); })) << row.name;
    const Report report = experiment.finish();
    std::printf("%-16s %16.0f %14.0f %34.0f\n", row.name, report.firstByte, report.directAfter, report.longestSilence);
    EXPECT_LT(report.longestSilence, row.maxSilence) << row.name;
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

TEST_F(NatLab, goesOnOverTheOtherInterfaceWhenOneGoesDown) {
  Experiment experiment(Nat::Easy, Nat::Easy);
  const NatLaboratory& laboratory = experiment.laboratory();
  ASSERT_TRUE(experiment.runUntil([&] { return experiment.isDirect(); }));
  laboratory.in("routera", std::format("ip link add lan2 type veth peer name eth1 netns {}; "
                                       "ip addr add 10.1.1.1/24 dev lan2; ip link set lan2 up",
                                       laboratory.nameOf("a")));
  laboratory.in("a",
                "ip addr add 10.1.1.2/24 dev eth1; ip link set eth1 up; ip route add default via 10.1.1.1 metric 200");
  experiment.runFor(2s);
  laboratory.in("a", "ip link set eth0 down");
  experiment.runFor(6s);
  const Report report = experiment.finish();
  std::printf("one of two interfaces down: silence of %.0f ms, then %s\n", report.longestSilence, report.way.c_str());
  EXPECT_LT(report.longestSilence, 2000);
  EXPECT_NE(report.way, "relay");
}
