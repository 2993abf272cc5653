// The log of one job: collects lines, stores them in batches, tells who follows (reference/provisioning.md 3.9).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/Notifier.h"
#include "core/provision/TofuEvent.h"
#include "core/store/Records.h"
#include "core/store/Store.h"

namespace berth::provision {

// A longer line would not fit into one message of a following stock client.
inline constexpr std::size_t kMaxLogLine = 30'000;

// Where lines of OpenTofu go: the job's log, or a buffer of lines that are stored later.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void add(std::string_view stage, LogLevel level, std::string_view text) = 0;
  // The beginning of a stage, as a line without text.
  virtual void begin(std::string_view stage) = 0;

  void addAll(std::string_view stage, const TofuEvent& event) {
    for (const auto& line : event.lines) add(stage, line.level, line.text);
  }
};

// Keeps lines until they may be shown, for work that runs beside other work.
class BufferedLog final : public LogSink {
 public:
  void add(std::string_view stage, LogLevel level, std::string_view text) override;
  void begin(std::string_view stage) override;
  void moveTo(LogSink& sink);

 private:
  std::vector<std::function<void(LogSink&)>> m_lines;
};

class JobLog final : public LogSink, public std::enable_shared_from_this<JobLog> {
 public:
  using OnStored = std::function<void()>;
  JobLog(asio::any_io_executor executor, store::Store& store, JobId job, OnStored onStored);

  void add(std::string_view stage, LogLevel level, std::string_view text) override;
  void begin(std::string_view stage) override;

  // Returns when all lines so far are stored.
  Task<void> flush();

 private:
  void append(store::JobLogRecord line);
  Task<void> storeLoop();

  asio::any_io_executor m_executor;
  store::Store& m_store;
  JobId m_job;
  OnStored m_onStored;
  std::vector<store::JobLogRecord> m_pending;
  Notifier m_stored;
  Notifier m_hurry;
  bool m_isStoring = false;
  bool m_isFlushing = false;
};

}  // namespace berth::provision
