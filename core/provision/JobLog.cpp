#include "core/provision/JobLog.h"

#include "core/base/Log.h"
#include "core/store/Jobs.h"

namespace berth::provision {

namespace {

// A first line is shown at once; what follows within this time goes into the next batch.
constexpr auto kBatchInterval = std::chrono::milliseconds(100);

WallTime wallNow() { return SystemClock().wallNow(); }

// Not in the middle of a UTF-8 sequence.
std::string_view cut(std::string_view text) {
  if (text.size() <= kMaxLogLine) return text;
  std::size_t length = kMaxLogLine;
  while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
  return text.substr(0, length);
}

}  // namespace

void BufferedLog::add(std::string_view stage, LogLevel level, std::string_view text) {
  m_lines.emplace_back(
      [stage = std::string(stage), level, text = std::string(text)](LogSink& sink) { sink.add(stage, level, text); });
}

void BufferedLog::begin(std::string_view stage) {
  m_lines.emplace_back([stage = std::string(stage)](LogSink& sink) { sink.begin(stage); });
}

void BufferedLog::moveTo(LogSink& sink) {
  for (const auto& line : std::exchange(m_lines, {})) line(sink);
}

JobLog::JobLog(asio::any_io_executor executor, store::Store& store, JobId job, OnStored onStored)
    : m_executor(executor),
      m_store(store),
      m_job(job),
      m_onStored(std::move(onStored)),
      m_stored(executor),
      m_hurry(executor) {}

void JobLog::add(std::string_view stage, LogLevel level, std::string_view text) {
  store::JobLogRecord line;
  line.source = LogSource::Provisioner;
  line.level = level;
  line.stage = stage;
  line.output = cut(text);
  append(std::move(line));
}

void JobLog::begin(std::string_view stage) {
  store::JobLogRecord line;
  line.source = LogSource::ProvisionerDaemon;
  line.stage = stage;
  append(std::move(line));
}

void JobLog::append(store::JobLogRecord line) {
  line.jobId = m_job;
  line.createdAt = wallNow();
  m_pending.push_back(std::move(line));
  if (m_isStoring) return;
  m_isStoring = true;
  asio::co_spawn(
      m_executor, [](std::shared_ptr<JobLog> self) -> Task<void> { co_await self->storeLoop(); }(shared_from_this()),
      asio::detached);
}

Task<void> JobLog::storeLoop() {
  while (!m_pending.empty()) {
    auto lines = std::exchange(m_pending, {});
    const auto job = m_job;
    auto stored = co_await m_store.run([job, lines = std::move(lines)](store::Transaction& tx) mutable {
      return store::insertJobLogs(tx, job, std::move(lines));
    });
    if (!stored) log::warning("log of job {}: {}", job.toString(), stored.error().message());
    if (stored && m_onStored) m_onStored();
    if (!m_isFlushing) (void)co_await m_hurry.waitUntil(std::chrono::steady_clock::now() + kBatchInterval);
  }
  m_isStoring = false;
  m_stored.notify();
}

Task<void> JobLog::flush() {
  auto self = shared_from_this();
  m_isFlushing = true;
  m_hurry.notify();
  while (m_isStoring)
    if (!co_await m_stored.wait()) break;
  m_isFlushing = false;
}

}  // namespace berth::provision
