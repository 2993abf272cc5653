#include "core/agent/life/LogSender.h"

#include "core/base/Log.h"
#include "core/rpc/Proto.h"

namespace berth::agent {

namespace {

constexpr auto kCheckInterval = std::chrono::milliseconds(250);  // reference/agent-and-ide.md 1.8

rpc::agentpb::BatchCreateLogsRequest toRequest(const LogBatch& batch) {
  rpc::agentpb::BatchCreateLogsRequest request;
  request.set_log_source_id(rpc::toWire(batch.source));
  for (const LogLine& line : batch.lines) {
    auto& log = *request.add_logs();
    *log.mutable_created_at() = rpc::toTimestamp(line.createdAt);
    log.set_output(line.text);
    log.set_level(static_cast<rpc::agentpb::Log::Level>(line.level));
  }
  return request;
}

}  // namespace

LogSender::LogSender(asio::any_io_executor executor, const Clock& clock)
    : m_clock(clock), m_timer(std::move(executor)) {}

void LogSender::add(const Uuid& source, LogLevel level, std::string text) {
  m_queue.add(source, {.createdAt = m_clock.wallNow(), .level = level, .text = std::move(text)}, m_clock.now());
}

void LogSender::flush(const Uuid& source) {
  m_queue.flush(source);
  m_timer.cancel();
}

Task<Result<void>> LogSender::run(rpc::AgentClient& client) {
  while (true) {
    if (const auto batch = m_queue.nextBatch(m_clock.now())) {
      CO_TRY_ASSIGN(const auto answer, co_await client.batchCreateLogs(toRequest(*batch)));
      m_queue.markSent(*batch, m_clock.now());
      if (answer.log_limit_exceeded()) {
        log::warning("script log: the server keeps no more of it");
        m_queue.refuseAll();
      }
      continue;
    }
    m_timer.expires_after(kCheckInterval);
    boost::system::error_code ignored;  // flush() ends the wait early
    co_await m_timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

}  // namespace berth::agent
