#include "app/cli/JobWatcher.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <format>

#include "app/cli/Retry.h"
#include "app/cli/Terminal.h"

namespace berth::cli {

namespace {

constexpr std::chrono::milliseconds kSettlePoll{300};
constexpr int kInterruptedExit = 130;

// Stages with their time, and the lines in them.
class LogPrinter {
 public:
  explicit LogPrinter(Shown shown) : m_print(shown == Shown::OnStandardError ? printStatus : print) {}

  void add(const api::ProvisionerJobLog& line) {
    if (line.stage != m_stage) {
      endStage(line.created_at, true);
      m_stage = line.stage;
      m_stageBeganAt = line.created_at;
      m_print(std::format("==> {} {}", styled(Style::Cyan, "⧗"), styled(Style::Bold, m_stage)));
    }
    if (line.output.empty()) return;
    const Style style = line.log_level == LogLevel::Error  ? Style::Red
                        : line.log_level == LogLevel::Warn ? Style::Yellow
                                                           : Style::Dim;
    m_print(styled(style, line.output));
  }
  void endStage(WallTime at, bool isGood) {
    if (m_stage.empty()) return;
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(at - m_stageBeganAt);
    m_print(std::format("=== {} {} [{}ms]", isGood ? styled(Style::Green, "✔") : styled(Style::Red, "✘"), m_stage,
                        std::max<std::int64_t>(0, took.count())));
    m_stage.clear();
    std::fflush(stdout);
  }

 private:
  void (*m_print)(const std::string&);
  std::string m_stage;
  WallTime m_stageBeganAt = kNoTime;
};

Task<void> sendCancel(std::shared_ptr<JobSource> job) {
  const auto cancelled = co_await job->cancel();
  if (!cancelled) printStatus(std::format("The server refused to cancel: {}", cancelled.error().message()));
}

void cancelOnInterrupt(asio::signal_set& signals, std::shared_ptr<JobSource> job, bool isSecond = false) {
  signals.async_wait([&signals, job = std::move(job), isSecond](const boost::system::error_code& error, int) {
    if (error) return;
    if (isSecond) std::_Exit(kInterruptedExit);
    printStatus("\nCancelling on the server ... (Ctrl-C again to leave it alone)");
    asio::co_spawn(signals.get_executor(), sendCancel(job), asio::detached);
    cancelOnInterrupt(signals, job, true);
  });
}

bool isOver(JobStatus status) {
  return status == JobStatus::Succeeded || status == JobStatus::Failed || status == JobStatus::Canceled;
}

// A server that is away, from its last sign of life on.
class Outage {
 public:
  explicit Outage(Patience patience) : m_patience(patience) {}

  void hear() { m_lastHeardAt = std::chrono::steady_clock::now(); }
  void end() {
    hear();
    if (m_isOn) printStatus("The server answers again.");
    m_isOn = false;
  }
  void begin(const Error& why) {
    if (!m_isOn) printStatus(std::format("The server does not answer ({}); trying again ...", why.message()));
    m_isOn = true;
  }
  bool isTooLong() const { return std::chrono::steady_clock::now() - m_lastHeardAt >= m_patience.total; }

 private:
  Patience m_patience;
  std::chrono::steady_clock::time_point m_lastHeardAt = std::chrono::steady_clock::now();
  bool m_isOn = false;
};

class Watch {
 public:
  Watch(JobSource& job, Shown shown, Patience patience)
      : m_job(job),
        m_printer(shown),
        m_keepsLines(shown == Shown::OnlyFailures),
        m_patience(patience),
        m_outage(patience) {}

  Task<Result<api::ProvisionerJob>> untilEnd() {
    const auto executor = co_await asio::this_coro::executor;
    while (true) {
      const auto followed = co_await showLogs();
      if (!followed && isPassing(followed.error())) m_outage.begin(followed.error());
      // Servers commit a job's end before they close its log, but a lost connection may come first.
      auto state = co_await m_job.fetch();
      if (state) m_outage.hear();
      if (state && isOver(state->status)) co_return state;
      if (state && followed) {
        m_outage.end();
        co_await pause(executor, kSettlePoll);
        continue;
      }
      const Error& why = state ? followed.error() : state.error();
      if (!isPassing(why)) co_return fail(why);
      if (m_outage.isTooLong())
        co_return fail(ErrorCode::Unavailable,
                       std::format("{}; the server stayed away.\n{}", why.message(), m_job.outlook()));
      m_outage.begin(why);
      co_await pause(executor, m_patience.pause);
    }
  }

  void finish(const api::ProvisionerJob& job, WallTime now) {
    const bool isGood = job.status == JobStatus::Succeeded;
    if (!isGood)
      for (const auto& line : m_kept) m_printer.add(line);
    m_printer.endStage(job.completed_at.value_or(now), isGood);
  }

 private:
  // What comes behind the last line seen; to the end of the log in good order, or to what broke it.
  Task<Result<void>> showLogs() {
    CO_TRY_ASSIGN(auto logs, co_await m_job.follow(m_lastLine));
    while (true) {
      auto line = co_await logs->next();
      if (!line) {
        const auto code = line.error().code();
        if (code == ErrorCode::EndOfStream) co_return Result<void>();
        // Nobody here cancels: the socket gave up on a server that was silent.
        if (code == ErrorCode::Cancelled) co_return fail(ErrorCode::ConnectionLost, "the server does not answer");
        co_return fail(line.error().in("follow the log"));
      }
      m_outage.end();
      m_lastLine = line->id;
      if (m_keepsLines)
        m_kept.push_back(std::move(*line));
      else
        m_printer.add(*line);
    }
  }

  JobSource& m_job;
  LogPrinter m_printer;
  bool m_keepsLines;
  std::vector<api::ProvisionerJobLog> m_kept;
  std::int64_t m_lastLine = 0;
  Patience m_patience;
  Outage m_outage;
};

}  // namespace

Task<Result<void>> watchJob(Context& context, std::unique_ptr<JobSource> owned, Shown shown, Patience patience) {
  const std::shared_ptr<JobSource> job = std::move(owned);
  asio::signal_set signals(context.io(), SIGINT);
  cancelOnInterrupt(signals, job);

  Watch watch(*job, shown, patience);
  CO_TRY_ASSIGN(const auto state, co_await watch.untilEnd());
  signals.cancel();
  watch.finish(state, context.now());
  if (state.status == JobStatus::Succeeded) co_return Result<void>();
  if (state.status == JobStatus::Canceled) co_return fail(ErrorCode::Cancelled, "the job was cancelled");
  co_return fail(ErrorCode::Conflict, std::format("the job failed: {}", state.error.value_or("no reason was given")));
}

}  // namespace berth::cli
