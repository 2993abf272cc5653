#include "core/agent/life/LogQueue.h"

#include "core/agent/life/Text.h"
#include "core/base/Log.h"

namespace berth::agent {

bool LogQueue::add(const Uuid& source, LogLine line, TimePoint now) {
  if (m_isRefused) return false;
  line.text = cleanText(line.text);
  if (line.text.size() + kLogLineOverhead > kMaxLogBatch) {
    log::warning("script log: a line of {} bytes is dropped, too long", line.text.size());
    return false;
  }
  // The line that goes over the limit is still taken: so the server notices, and marks the log as cut.
  if (m_queuedBytes > kMaxQueuedLog) return false;
  m_queuedBytes += line.text.size();
  auto [it, isNew] = m_sources.try_emplace(source);
  if (isNew) it->second.waitsSince = now;
  it->second.lines.push_back(std::move(line));
  return true;
}

void LogQueue::flush(const Uuid& source) {
  if (const auto found = m_sources.find(source); found != m_sources.end()) found->second.isFlushAsked = true;
}

std::optional<LogBatch> LogQueue::nextBatch(TimePoint now) {
  const std::pair<const Uuid, Source>* chosen = nullptr;
  for (const auto& entry : m_sources) {
    const bool isDue = entry.second.isFlushAsked || now - entry.second.waitsSince >= kLogFlushInterval;
    if (isDue && (chosen == nullptr || entry.second.waitsSince < chosen->second.waitsSince)) chosen = &entry;
  }
  if (chosen == nullptr) return std::nullopt;
  LogBatch batch{chosen->first, {}};
  std::size_t size = 0;
  for (const LogLine& line : chosen->second.lines) {
    size += line.text.size() + kLogLineOverhead;
    if (size > kMaxLogBatch) break;
    batch.lines.push_back(line);
  }
  return batch;
}

void LogQueue::markSent(const LogBatch& batch, TimePoint now) {
  const auto found = m_sources.find(batch.source);
  if (found == m_sources.end()) return;  // refused meanwhile
  Source& source = found->second;
  for (std::size_t i = 0; i < batch.lines.size() && !source.lines.empty(); ++i) {
    m_queuedBytes -= source.lines.front().text.size();
    source.lines.pop_front();
  }
  source.waitsSince = now;
  if (source.lines.empty()) m_sources.erase(found);
}

void LogQueue::refuseAll() {
  m_isRefused = true;
  m_sources.clear();
  m_queuedBytes = 0;
}

}  // namespace berth::agent
