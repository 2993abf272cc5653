#include <boost/json.hpp>
#include <format>

#include "app/cli/AgentAccess.h"
#include "app/cli/Commands.h"
#include "app/cli/Json.h"
#include "app/cli/Table.h"
#include "app/cli/Terminal.h"

namespace berth::cli {

namespace {

// The speed test of agents (reference/tailnet.md 3.6)
constexpr std::uint16_t kSpeedtestPort = 3;
constexpr int kProtocolVersion = 2;
constexpr std::size_t kBlock = 2U << 20;
constexpr std::size_t kMaxAnswer = 4096;
constexpr std::chrono::seconds kPingInterval{1};
constexpr std::chrono::seconds kShortest{5};
constexpr std::chrono::seconds kLongest{30};

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

struct SpeedtestOptions {
  std::string workspace;
  std::string direction = "down";
  std::string output = "table";
  std::chrono::milliseconds duration{5000};
  bool wantsDirect = false;
};

struct Interval {
  double start = 0;  // seconds
  double end = 0;
  double bytes = 0;
  double megabits() const { return end > start ? bytes * 8 / 1e6 / (end - start) : 0; }
};

// Counts bytes by the second.
class Meter {
 public:
  void add(std::size_t bytes) {
    m_bytes += static_cast<double>(bytes);
    m_total += static_cast<double>(bytes);
    const double now = Seconds(Clock::now() - m_beganAt).count();
    if (now - m_intervalStart >= 1) closeInterval(now);
  }
  void finish() {
    const double now = Seconds(Clock::now() - m_beganAt).count();
    if (m_bytes > 0) closeInterval(now);
    m_overall = {0, now, m_total};
  }
  const std::vector<Interval>& intervals() const { return m_intervals; }
  const Interval& overall() const { return m_overall; }

 private:
  void closeInterval(double now) {
    m_intervals.push_back({m_intervalStart, now, m_bytes});
    m_intervalStart = now;
    m_bytes = 0;
  }

  Clock::time_point m_beganAt = Clock::now();
  double m_intervalStart = 0;
  double m_bytes = 0;
  double m_total = 0;
  std::vector<Interval> m_intervals;
  Interval m_overall;
};

// The agent's answer is one line of JSON; what comes behind it counts already.
Task<Result<std::size_t>> readAnswer(Stream& stream) {
  Bytes buffer(kBlock);
  std::string answer;
  while (true) {
    CO_TRY_ASSIGN(const auto count, co_await stream.readSome(buffer));
    const auto text = asText(ByteView(buffer).first(count));
    const auto end = text.find('\n');
    answer += text.substr(0, end);
    if (answer.size() > kMaxAnswer) co_return fail(ErrorCode::ProtocolViolation, "the agent's answer is too long");
    if (end == std::string_view::npos) continue;
    boost::system::error_code error;
    const auto json = boost::json::parse(answer, error);
    if (error || !json.is_object()) co_return fail(ErrorCode::ProtocolViolation, "the agent's answer is no JSON");
    if (const auto* refused = json.as_object().if_contains("error"))
      co_return fail(ErrorCode::Unavailable, boost::json::serialize(*refused));
    co_return text.size() - end - 1;
  }
}

Task<Result<void>> receive(Stream& stream, Meter& meter) {
  Bytes buffer(kBlock);
  while (true) {
    const auto count = co_await stream.readSome(buffer);
    if (!count) {
      if (count.error().code() == ErrorCode::EndOfStream) co_return Result<void>();
      co_return fail(count.error());
    }
    meter.add(*count);
  }
}

Task<Result<void>> transmit(Stream& stream, std::chrono::milliseconds duration, Meter& meter) {
  Bytes block(kBlock);
  SystemRng().fill(block);
  const auto end = Clock::now() + duration;
  while (Clock::now() < end) {
    CO_TRY(co_await stream.write(block));
    meter.add(block.size());
  }
  co_return co_await stream.closeWrite();
}

Task<Result<Meter>> measure(Stream& stream, const SpeedtestOptions& options) {
  const auto duration = std::clamp<std::chrono::milliseconds>(options.duration, kShortest, kLongest);
  const bool isDownload = options.direction == "down";
  const std::string request = std::format("{{\"version\":{},\"time\":{},\"direction\":{}}}\n", kProtocolVersion,
                                          std::chrono::nanoseconds(duration).count(), isDownload ? 0 : 1);
  CO_TRY(co_await stream.write(asBytes(request)));
  CO_TRY_ASSIGN(const auto early, co_await readAnswer(stream));
  Meter meter;
  meter.add(early);
  if (isDownload)
    CO_TRY(co_await receive(stream, meter));
  else
    CO_TRY(co_await transmit(stream, duration, meter));
  meter.finish();
  co_return meter;
}

std::string toJson(const Interval& interval) {
  return std::format(R"({{"start_time_seconds":{:.6f},"end_time_seconds":{:.6f},"throughput_mbits":{:.4f}}})",
                     interval.start, interval.end, interval.megabits());
}

void printResult(const Meter& meter, const SpeedtestOptions& options) {
  if (options.output == "json") {
    std::string intervals;
    for (const auto& each : meter.intervals()) intervals += (intervals.empty() ? "" : ",") + toJson(each);
    print(indentJson(std::format(R"({{"overall":{},"intervals":[{}]}})", toJson(meter.overall()), intervals)));
    return;
  }
  std::vector<std::vector<std::string>> rows;
  const auto add = [&rows](const Interval& each) {
    rows.push_back(
        {std::format("{:.2f}-{:.2f} sec", each.start, each.end), std::format("{:.4f} Mbits/sec", each.megabits())});
  };
  for (const auto& each : meter.intervals()) add(each);
  rows.push_back({"-----", "-----"});
  add(meter.overall());
  print(formatTable(std::vector<std::string>{"Interval", "Throughput"}, rows));
}

// A ping each second until one goes directly; the user ends it otherwise.
Task<Result<void>> waitForDirect(Context& context, tunnel::dialer::ClientTunnel& tunnel) {
  if (!tunnel.mayBecomeDirect())
    co_return fail(ErrorCode::InvalidInput, "the deployment has direct connections disabled; run without --direct");
  asio::steady_timer timer(context.io());
  while (true) {
    const auto pong = co_await tunnel.ping(kPingInterval);
    if (pong && pong->direct) {
      printStatus(std::format("Direct connection via {} ({:.3f} ms)", pong->direct->toString(),
                              std::chrono::duration<double, std::milli>(pong->roundTrip).count()));
      co_return Result<void>();
    }
    printStatus(pong ? std::format("Waiting for a direct connection; connected via DERP({}) ...", pong->regionName)
                     : std::format("Waiting for a direct connection; {} ...", pong.error().message()));
    if (!pong && pong.error().code() == ErrorCode::Timeout) continue;
    timer.expires_after(kPingInterval);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

Task<Result<int>> speedtest(Context& context, SpeedtestOptions options) {
  if (options.wantsDirect && context.options().disablesDirect)
    co_return fail(ErrorCode::InvalidInput,
                   "--direct cannot be met with --disable-direct-connections; drop one of them");
  CO_TRY_ASSIGN(const auto session, context.session());
  CO_TRY_ASSIGN(const auto found, co_await prepareAgent(context, *session, {.name = options.workspace}));
  SystemRng rng;
  CO_TRY_ASSIGN(auto tunnel, co_await openTunnel(context, *session, found.agent.id, rng));
  if (options.wantsDirect) CO_TRY(co_await waitForDirect(context, *tunnel));
  CO_TRY_ASSIGN(auto stream, co_await tunnel->dial(found.agent.id, kSpeedtestPort));
  printStatus(std::format("Measuring {}load for {} s at least ...", options.direction, kShortest.count()));
  CO_TRY_ASSIGN(const auto meter, co_await measure(*stream, options));
  stream.reset();
  printResult(meter, options);
  co_await tunnel->close();
  co_return 0;
}

}  // namespace

void registerSpeedtest(const Command& root) {
  const auto options = std::make_shared<SpeedtestOptions>();
  const auto command = root.add("speedtest", "Measure the throughput to a workspace");
  command.positional("workspace", options->workspace, "workspace, workspace.agent or owner/workspace")
      .choice("--direction", options->direction, {"up", "down"}, "Which way")
      .option("--time,-t", options->duration, "How long; agents take 5 s to 30 s")
      .flag("--direct,-d", options->wantsDirect, "Wait for a direct connection")
      .choice("--output,-o", options->output, {"table", "json"}, "Form of the output")
      .examples({"berth speedtest quickstart", "berth speedtest --direction up -o json quickstart"});
  command.onRun([options](Context& context) { return speedtest(context, *options); });
}

}  // namespace berth::cli
