// 200 streams at a time between two nodes behind NATs, opened and closed over and over, while the path between them
// comes and goes: each byte is checked, no stream may get stuck, and once all are closed each process must be as large
// as it was. BERTH_SOAK_SECONDS says for how long.
#include <malloc.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "tests/integration/tunnel/Digests.h"
#include "tests/integration/tunnel/TwoSites.h"
#include "tunnel/wire/Reader.h"
#include "tunnel/wire/Writer.h"

using namespace berth;
using namespace berth::tunnel;
using namespace std::chrono_literals;

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::uint16_t kPort = 1;
constexpr std::size_t kStreams = 200;
constexpr std::chrono::milliseconds kMaxPause{1000};  // of one of them, between two streams
constexpr std::chrono::seconds kStuckAfter{30};
constexpr std::size_t kDigestSize = 64;
constexpr unsigned kOneInAborts = 16;

// Growth that is no leak: buffers of the allocator and of containers.
constexpr std::size_t kHeapTolerance = 2U << 20;
#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t kResidentTolerance = 256U << 20;  // it holds freed memory back
#else
constexpr std::size_t kResidentTolerance = 16U << 20;
#endif

// What a stream asks for in its first bytes.
struct Request {
  static constexpr std::size_t kSize = 12;
  std::uint32_t seed = 0;
  std::uint32_t upload = 0;
  std::uint32_t download = 0;

  static Request random(std::mt19937& random) {
    // From some bytes to half a megabyte, small ones more often.
    const auto size = [&random] { return static_cast<std::uint32_t>(random() & ((2U << random() % 19) - 1)); };
    return {static_cast<std::uint32_t>(random()), size(), size()};
  }
  Bytes emit() const {
    Bytes bytes(kSize);
    wire::Writer out(bytes);
    out.u32be(seed);
    out.u32be(upload);
    out.u32be(download);
    return bytes;
  }
  static Request parse(ByteView bytes) {
    wire::Reader in(bytes);
    const auto seed = in.u32be();
    const auto upload = in.u32be();
    return {seed, upload, in.u32be()};
  }
};

// Bytes that follow from a seed.
class Pattern {
 public:
  explicit Pattern(std::uint32_t seed) : m_state(seed) {}
  void fill(ByteSpan out) {
    for (std::byte& b : out) {
      m_state = m_state * 1664525U + 1013904223U;
      b = static_cast<std::byte>(m_state >> 24);
    }
  }

 private:
  std::uint32_t m_state;
};

Task<Result<void>> sendPattern(Stream& stream, std::uint32_t seed, std::size_t size, Digest& digest) {
  Pattern pattern(seed);
  Bytes block(16U << 10);
  while (size > 0) {
    const ByteSpan part = ByteSpan(block).first(std::min(size, block.size()));
    pattern.fill(part);
    digest.add(part);
    CO_TRY(co_await stream.write(part));
    size -= part.size();
  }
  co_return Result<void>();
}

struct Usage {
  std::size_t resident = 0;
  std::size_t heap = 0;  // in use
  std::size_t descriptors = 0;

  static Usage now() {
    Usage usage;
    std::ifstream statm("/proc/self/statm");
    std::size_t total = 0;
    statm >> total >> usage.resident;
    usage.resident *= 4096;
    const auto info = ::mallinfo2();
    usage.heap = info.uordblks + info.hblkhd;
    for (auto each = std::filesystem::directory_iterator("/proc/self/fd");
         each != std::filesystem::directory_iterator(); ++each)
      ++usage.descriptors;
    return usage;
  }
  std::string toString() const { return std::format("usage {} {} {}", resident, heap, descriptors); }
  static Usage parse(const std::string& line) {
    std::istringstream words(line);
    std::string kind;
    Usage usage;
    words >> kind >> usage.resident >> usage.heap >> usage.descriptors;
    return usage;
  }
};

// Takes a request and its upload, answers with the upload's digest and the download.
class SoakAgent : public SiteNode {
 public:
  SoakAgent(int channel, const char* address, const wire::DerpMap& map) : SiteNode(channel, address, map) {
    spawn(listen());
  }

 private:
  void onLine(const std::string& line) override {
    if (line == "measure") say(Usage::now().toString());
  }
  Task<void> listen() {
    auto listener = node().listen(kPort, 72h);
    while (auto stream = co_await (*listener)->accept()) spawn(serve(*std::move(stream)));
  }
  static Task<void> serve(std::unique_ptr<Stream> stream) {
    Bytes head(Request::kSize);
    if (!co_await readExactly(*stream, head)) co_return;
    const Request request = Request::parse(head);
    Digest digest;
    Bytes buffer(32U << 10);
    while (true) {
      const auto count = co_await stream->readSome(buffer);
      if (!count && count.error().code() != ErrorCode::EndOfStream) co_return;  // the client's choice
      if (!count) break;
      digest.add(ByteView(buffer).first(*count));
    }
    if (!co_await stream->write(asBytes(digest.finish()))) co_return;
    Digest unused;
    if (co_await sendPattern(*stream, ~request.seed, request.download, unused)) (void)co_await stream->closeWrite();
  }
};

// Tells "fault ..." for anything that is not as it should be, and on demand what it has done.
class SoakClient : public SiteNode {
 public:
  using SiteNode::SiteNode;

 private:
  void onPeer() override {
    for (std::size_t i = 0; i < kStreams; ++i) spawn(work(i));
    spawn(watch());
  }
  void onLine(const std::string& line) override {
    if (line == "measure") say(Usage::now().toString());
    if (line == "go") m_isResting = false;
    if (line == "rest") {
      m_isResting = true;
      if (m_open == 0) say("idle");
    }
    if (line == "report")
      say(std::format("report {} {} {} {} {:.1f}", m_finished, m_aborted, m_bytes, m_wayChanges,
                      std::chrono::duration<double>(m_longest).count()));
  }

  Task<void> work(std::size_t number) {
    std::mt19937 random(static_cast<unsigned>(number) + 1);
    while (true) {
      co_await pause(std::chrono::milliseconds(random() % kMaxPause.count()));
      while (m_isResting) co_await pause(20ms);
      ++m_open;
      m_begunAt[number] = SteadyClock::now();
      const auto result = co_await once(random);
      if (!result) say("fault stream " + std::to_string(number) + ": " + result.error().message());
      m_longest = std::max(m_longest, SteadyClock::now() - *m_begunAt[number]);
      m_begunAt[number].reset();
      if (--m_open == 0 && m_isResting) say("idle");
    }
  }

  Task<Result<void>> once(std::mt19937& random) {
    const Request request = Request::random(random);
    CO_TRY_ASSIGN(const auto stream, co_await node().dial(peerAddress(), kPort));
    CO_TRY(co_await stream->write(request.emit()));
    Digest digest;
    if (random() % kOneInAborts == 0) {
      CO_TRY(co_await sendPattern(*stream, request.seed, request.upload / 2, digest));
      stream->close();
      ++m_aborted;
      co_return Result<void>();
    }
    CO_TRY(co_await sendPattern(*stream, request.seed, request.upload, digest));
    CO_TRY(co_await stream->closeWrite());
    Bytes answer(kDigestSize);
    CO_TRY(co_await readExactly(*stream, answer));
    if (asText(answer) != digest.finish()) co_return fail(ErrorCode::Internal, "what was sent arrived changed");
    CO_TRY(co_await expectPattern(*stream, ~request.seed, request.download));
    ++m_finished;
    m_bytes += request.upload + request.download;
    co_return Result<void>();
  }

  // And then the end.
  static Task<Result<void>> expectPattern(Stream& stream, std::uint32_t seed, std::size_t size) {
    Pattern pattern(seed);
    Bytes buffer(32U << 10);
    Bytes expected(buffer.size());
    for (std::size_t seen = 0;;) {
      const auto count = co_await stream.readSome(buffer);
      if (!count && count.error().code() == ErrorCode::EndOfStream && seen == size) co_return Result<void>();
      if (!count) co_return fail(count.error().in(std::format("after {} of {} bytes", seen, size)));
      seen += *count;
      const ByteSpan wanted = ByteSpan(expected).first(*count);
      pattern.fill(wanted);
      if (seen > size || !std::ranges::equal(wanted, ByteView(buffer).first(*count)))
        co_return fail(ErrorCode::Internal, "what came is not what was asked for");
    }
  }

  Task<void> watch() {
    std::string lastWay = way();
    while (true) {
      co_await pause(100ms);
      if (std::exchange(lastWay, way()) != way()) ++m_wayChanges;
      for (std::size_t i = 0; i < kStreams; ++i) {
        if (!m_begunAt[i] || SteadyClock::now() - *m_begunAt[i] < kStuckAfter) continue;
        say(std::format("fault stream {} is stuck", i));
        m_begunAt[i] = SteadyClock::now();
      }
    }
  }

  bool m_isResting = false;
  std::size_t m_open = 0;
  std::size_t m_finished = 0;
  std::size_t m_aborted = 0;
  std::size_t m_bytes = 0;
  std::size_t m_wayChanges = 0;
  SteadyClock::duration m_longest{};
  std::array<std::optional<SteadyClock::time_point>, kStreams> m_begunAt;
};

struct Measured {
  Usage client;
  Usage agent;
  Usage relay;  // this process
};

class Soak {
 public:
  Soak()
      : m_sites(TwoSites::make<SoakClient, SoakAgent>(
            test::Nat::Easy, test::Nat::Easy,
            [this](TwoSites::Side side, const std::string& line) { onLine(side, line); })) {}

  void runFor(std::chrono::milliseconds time) { m_sites->runFor(time); }

  // The path comes and goes: by turns UDP alone (the relay takes over), and the whole link.
  void flap(std::chrono::milliseconds away) {
    const auto& laboratory = m_sites->laboratory();
    if (++m_flaps % 2 == 1) {
      laboratory.cutUdp("routera", true);
      runFor(away);
      laboratory.cutUdp("routera", false);
    } else {
      laboratory.in("a", "ip link set eth0 down");
      runFor(away / 3);
      laboratory.in("a", "ip link set eth0 up; ip route add default via 10.1.0.1");
    }
  }

  Measured measure() {
    Measured all;
    all.client = measure(TwoSites::Side::Client);
    all.agent = measure(TwoSites::Side::Agent);
    all.relay = Usage::now();
    return all;
  }

  // With every stream closed, and forgotten by TCP too (`linger`).
  Measured measureAtRest(std::chrono::milliseconds linger) {
    m_isIdle = false;
    m_sites->tell(TwoSites::Side::Client, "rest");
    EXPECT_TRUE(m_sites->runUntil([this] { return m_isIdle; }, 60s)) << "streams that do not end";
    runFor(linger);
    const Measured all = measure();
    m_sites->tell(TwoSites::Side::Client, "go");
    return all;
  }

  std::string report() {
    m_report.clear();
    m_sites->tell(TwoSites::Side::Client, "report");
    EXPECT_TRUE(m_sites->runUntil([this] { return !m_report.empty(); }));
    return m_report;
  }
  const std::vector<std::string>& faults() const { return m_faults; }
  int flaps() const { return m_flaps; }

 private:
  Usage measure(TwoSites::Side side) {
    m_usage.reset();
    m_sites->tell(side, "measure");
    EXPECT_TRUE(m_sites->runUntil([this] { return m_usage.has_value(); }));
    return m_usage.value_or(Usage());
  }
  void onLine(TwoSites::Side, const std::string& line) {
    if (line == "idle") m_isIdle = true;
    if (line.starts_with("usage ")) m_usage = Usage::parse(line);
    if (line.starts_with("report ")) m_report = line.substr(7);
    if (line.starts_with("fault ")) m_faults.push_back(line.substr(6));
  }

  int m_flaps = 0;
  bool m_isIdle = false;
  std::optional<Usage> m_usage;
  std::string m_report;
  std::vector<std::string> m_faults;
  std::unique_ptr<TwoSites> m_sites;  // ends before what onLine() writes to
};

void print(const char* when, const Measured& measured) {
  const auto show = [](const char* who, const Usage& usage) {
    std::printf("   %s %5.1f MB resident, %5.2f MB heap, %2zu descriptors", who,
                static_cast<double>(usage.resident) / 1e6, static_cast<double>(usage.heap) / 1e6, usage.descriptors);
  };
  std::printf("%-10s", when);
  show("client", measured.client);
  show("agent", measured.agent);
  show("relay", measured.relay);
  std::printf("\n");
  std::fflush(stdout);
}

void expectNoGrowth(const char* who, const Usage& before, const Usage& after) {
  EXPECT_LT(after.heap, before.heap + kHeapTolerance) << who;
  EXPECT_LT(after.resident, before.resident + kResidentTolerance) << who;
  EXPECT_LE(after.descriptors, before.descriptors) << who;
}

std::chrono::seconds wantedLength() {
  const char* const text = std::getenv("BERTH_SOAK_SECONDS");
  return std::chrono::seconds(text == nullptr ? 12 : std::max(12, std::atoi(text)));
}

}  // namespace

TEST(Soak, nothingIsLostStuckOrLeaked) {
  if (!test::NatLaboratory::isPossible()) GTEST_SKIP() << "network namespaces and nftables take privilege";
  log::setLevel(log::Level::Error);
  ::signal(SIGPIPE, SIG_IGN);
  const auto length = wantedLength();
  const bool isLong = length >= 60s;
  const std::chrono::milliseconds linger = isLong ? 21s : 1s;  // TIME_WAIT takes 20 s
  const std::chrono::milliseconds period = isLong ? 10s : 3s;
  const std::chrono::milliseconds away = isLong ? 3s : 1s;

  Soak soak;
  const auto start = SteadyClock::now();
  // Until every way was taken once, and so every buffer made: the relay carries nothing while the path is direct.
  soak.runFor(isLong ? 20s : 2s);
  for (int i = 0; i < 2; ++i) {
    soak.flap(away);
    soak.runFor(away);
  }
  const Measured before = soak.measureAtRest(linger);
  print("at rest", before);
  while (SteadyClock::now() - start < length && soak.faults().empty()) {
    const auto nextAt = SteadyClock::now() + period;
    soak.flap(away);
    soak.runFor(std::chrono::ceil<std::chrono::milliseconds>(nextAt - SteadyClock::now()));
    const auto minutes = std::chrono::floor<std::chrono::minutes>(SteadyClock::now() - start);
    if (isLong && minutes != std::chrono::floor<std::chrono::minutes>(SteadyClock::now() - start - period))
      print(std::format("{} min", minutes.count()).c_str(), soak.measure());
  }
  const Measured after = soak.measureAtRest(linger);
  print("at rest", after);

  std::istringstream report(soak.report());
  std::size_t finished = 0, aborted = 0, bytes = 0, wayChanges = 0;
  double longest = 0;
  report >> finished >> aborted >> bytes >> wayChanges >> longest;
  std::printf(
      "%.0f s: %zu streams finished, %zu broken off on purpose, %.0f MB checked, path away %d times and changed %zu "
      "times, longest stream %.1f s, %zu faults\n",
      std::chrono::duration<double>(SteadyClock::now() - start).count(), finished, aborted,
      static_cast<double>(bytes) / 1e6, soak.flaps(), wayChanges, longest, soak.faults().size());
  for (const auto& fault : soak.faults()) ADD_FAILURE() << fault;
  EXPECT_GT(finished, kStreams);
  EXPECT_GT(wayChanges, 1U) << "the path never changed";
  expectNoGrowth("client", before.client, after.client);
  expectNoGrowth("agent", before.agent, after.agent);
  expectNoGrowth("relay", before.relay, after.relay);
}
