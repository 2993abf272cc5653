#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cmath>
#include <csignal>
#include <format>

#include "app/cli/AgentAccess.h"
#include "app/cli/AgentRoute.h"
#include "app/cli/Commands.h"
#include "app/cli/Table.h"
#include "app/cli/Terminal.h"

namespace berth::cli {

namespace {

constexpr std::int64_t kMostPings = 1'000'000;
constexpr std::chrono::milliseconds kShortestTime{1};

struct PingOptions {
  std::string workspace;
  std::int64_t count = 0;  // endless
  std::chrono::milliseconds interval{1000};
  std::chrono::milliseconds timeout{5000};
  bool showsTime = false;
  bool showsUtc = false;
};

using Milliseconds = std::chrono::duration<double, std::milli>;

struct Statistics {
  std::int64_t total = 0;
  std::vector<double> answered;  // ms

  std::string table(const std::string& workspace) const {
    double sum = 0;
    for (const double each : answered) sum += each;
    const double count = static_cast<double>(answered.size());
    const double mean = answered.empty() ? 0 : sum / count;
    double squares = 0;
    for (const double each : answered) squares += (each - mean) * (each - mean);
    const auto ms = [](double value) { return std::format("{:.3f}ms", value); };
    const bool isEmpty = answered.empty();
    return formatTable(
        {"workspace", "total", "successful", "min", "avg", "max", "variance"},
        {{workspace, std::to_string(total), std::to_string(answered.size()),
          isEmpty ? "" : ms(std::ranges::min(answered)), isEmpty ? "" : ms(mean),
          isEmpty ? "" : ms(std::ranges::max(answered)), isEmpty ? "" : std::format("{:.3f}ms²", squares / count)}});
  }
};

std::string timeStamp(const Context& context, const PingOptions& options) {
  if (!options.showsTime && !options.showsUtc) return "";
  return formatRfc3339(context.now()) + " ";
}

// What the pings have shown of the way.
struct Way {
  std::optional<bool> isDirect;
  std::chrono::steady_clock::time_point beganAt = std::chrono::steady_clock::now();

  // Says when a direct path comes about.
  void note(bool direct) {
    if (direct && isDirect == false)
      print(std::format("p2p connection established in {:.3f}ms",
                        Milliseconds(std::chrono::steady_clock::now() - beganAt).count()));
    isDirect = direct;
  }
};

std::string wayText(const tunnel::dialer::PingResult& pong) {
  return pong.direct ? std::format("p2p via {}", pong.direct->toString())
                     : std::format("proxied via DERP({})", pong.regionName);
}

Task<void> pingOnce(Context& context, AgentRoute& route, const PingOptions& options, const std::string& name,
                    Statistics& statistics, Way& way) {
  ++statistics.total;
  const auto pong = co_await route.ping(options.timeout);
  const std::string stamp = timeStamp(context, options);
  if (pong) {
    const Milliseconds took = pong->roundTrip;
    statistics.answered.push_back(took.count());
    way.note(pong->direct.has_value());
    print(std::format("{}pong from {} {} in {:.3f}ms", stamp, styled(Style::Bold, name), wayText(*pong), took.count()));
  } else if (pong.error().code() == ErrorCode::Timeout) {
    print(std::format("{}ping to \"{}\" timed out", stamp, name));
  } else {
    print(std::format("{}ping to \"{}\" failed {}", stamp, name, pong.error().message()));
  }
  std::fflush(stdout);
}

Task<Result<int>> ping(Context& context, PingOptions options) {
  CO_TRY_ASSIGN(const auto session, context.session());
  CO_TRY_ASSIGN(const auto found, co_await prepareAgent(context, *session, {.name = options.workspace}));
  SystemRng rng;
  AgentRoute route(context, *session, found.agent.id, rng);
  CO_TRY(co_await route.connect());
  const std::string& name = found.workspace.name;

  bool isInterrupted = false;
  asio::steady_timer timer(context.io());
  asio::signal_set signals(context.io(), SIGINT, SIGTERM);
  signals.async_wait([&](const boost::system::error_code& error, int) {
    if (error) return;
    isInterrupted = true;
    timer.cancel();
  });
  Statistics statistics;
  Way way;
  while (!isInterrupted && (options.count == 0 || statistics.total < options.count)) {
    if (statistics.total > 0) {
      timer.expires_after(options.interval);
      boost::system::error_code ignored;
      co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
      if (isInterrupted) break;
    }
    co_await pingOnce(context, route, options, name, statistics, way);
  }
  signals.cancel();
  print("\n" + statistics.table(name));
  if (way.isDirect)
    printStatus(std::string(*way.isDirect ? "You are connected directly (p2p)"
                                          : "You are connected via a DERP relay, not directly (p2p)") +
                (route.usesApp() ? ", over the tunnel of the Berth app" : ""));
  co_await route.close();
  co_return statistics.answered.empty() ? 1 : 0;
}

}  // namespace

void registerPing(const Command& root) {
  const auto options = std::make_shared<PingOptions>();
  const auto command = root.add("ping", "Measure the way to a workspace");
  command.positional("workspace", options->workspace, "workspace, workspace.agent or owner/workspace")
      .number("--num,-n", options->count, {0, kMostPings}, "How many pings; 0 until Ctrl-C")
      .option("--wait", options->interval, "Pause between pings", "", kShortestTime)
      .option("--timeout,-t", options->timeout, "How long to wait for each", "", kShortestTime)
      .flag("--time", options->showsTime, "Show the time of each pong")
      .flag("--utc", options->showsUtc, "Show the time of each pong in UTC")
      .examples({"berth ping quickstart", "berth ping -n 5 quickstart"});
  command.onRun([options](Context& context) { return ping(context, *options); });
}

}  // namespace berth::cli
