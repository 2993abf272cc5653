// Lines of scripts on their way to the control plane (reference/agent-and-ide.md 1.8): a queue for each source, sent in
// batches of one source. No I/O, no clock: LogSender drives it.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/Clock.h"
#include "core/base/Ids.h"

namespace berth::agent {

enum class LogLevel { Debug = 2, Info = 3, Warning = 4, Error = 5 };

struct LogLine {
  WallTime createdAt;
  LogLevel level = LogLevel::Info;
  std::string text;
};

struct LogBatch {
  Uuid source;
  std::vector<LogLine> lines;
};

inline constexpr std::size_t kLogLineOverhead = 21;     // counted for each line, as stock agents do
inline constexpr std::size_t kMaxLogBatch = 1U << 20;   // a longer line is dropped
inline constexpr std::size_t kMaxQueuedLog = 1U << 20;  // text of all sources; equals what a server keeps
inline constexpr auto kLogFlushInterval = std::chrono::seconds(1);

class LogQueue {
 public:
  // False when the line was dropped: too long, too much queued, or the server wants no more. Cleans the text.
  bool add(const Uuid& source, LogLine line, TimePoint now);
  // The next batch may go out at once.
  void flush(const Uuid& source);

  // The batch that waits longest of those that are due. Stays in the queue until one of the two calls below.
  std::optional<LogBatch> nextBatch(TimePoint now);
  void markSent(const LogBatch& batch, TimePoint now);
  // The server keeps no more logs of this build: drops everything, now and later.
  void refuseAll();

  bool isEmpty() const noexcept { return m_sources.empty(); }

 private:
  struct Source {
    std::deque<LogLine> lines;
    TimePoint waitsSince;
    bool isFlushAsked = false;
  };

  std::map<Uuid, Source> m_sources;  // none of them empty
  std::size_t m_queuedBytes = 0;
  bool m_isRefused = false;
};

}  // namespace berth::agent
