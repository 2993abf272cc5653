#include "app/cli/JobWatcher.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <format>

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

Task<Result<void>> showLogs(JobSource& job, LogPrinter& printer, Shown shown,
                            std::vector<api::ProvisionerJobLog>& kept) {
  CO_TRY_ASSIGN(auto logs, co_await job.follow());
  while (true) {
    auto line = co_await logs->next();
    if (!line) {
      if (line.error().code() == ErrorCode::EndOfStream) co_return Result<void>();
      co_return fail(line.error().in("follow the log"));
    }
    if (shown == Shown::OnlyFailures)
      kept.push_back(std::move(*line));
    else
      printer.add(*line);
  }
}

// Servers commit a job's end before they close its log, but a lost connection may come first.
Task<Result<api::ProvisionerJob>> waitForEnd(JobSource& job, asio::any_io_executor executor) {
  while (true) {
    CO_TRY_ASSIGN(auto state, co_await job.fetch());
    const bool isOver = state.status == JobStatus::Succeeded || state.status == JobStatus::Failed ||
                        state.status == JobStatus::Canceled;
    if (isOver) co_return state;
    asio::steady_timer timer(executor, kSettlePoll);
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

}  // namespace

Task<Result<void>> watchJob(Context& context, std::unique_ptr<JobSource> owned, Shown shown) {
  const std::shared_ptr<JobSource> job = std::move(owned);
  asio::signal_set signals(context.io(), SIGINT);
  cancelOnInterrupt(signals, job);

  LogPrinter printer(shown);
  std::vector<api::ProvisionerJobLog> kept;
  const auto logs = co_await showLogs(*job, printer, shown, kept);
  if (!logs) printStatus(logs.error().message());
  CO_TRY_ASSIGN(const auto state, co_await waitForEnd(*job, context.io().get_executor()));
  signals.cancel();

  const bool isGood = state.status == JobStatus::Succeeded;
  if (!isGood)
    for (const auto& line : kept) printer.add(line);
  printer.endStage(state.completed_at.value_or(context.now()), isGood);
  if (isGood) co_return Result<void>();
  if (state.status == JobStatus::Canceled) co_return fail(ErrorCode::Cancelled, "the job was cancelled");
  co_return fail(ErrorCode::Conflict, std::format("the job failed: {}", state.error.value_or("no reason was given")));
}

}  // namespace berth::cli
