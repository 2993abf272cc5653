// The values that a template shows about a running workspace: commands run again and again, their output reported in
// batches (reference/agent-and-ide.md 5.4).
#pragma once

#include <functional>
#include <map>

#include "core/agent/Command.h"
#include "core/agent/Manifest.h"
#include "core/base/Clock.h"
#include "core/base/Error.h"
#include "core/base/TaskGroup.h"
#include "core/rpc/AgentClient.h"

namespace berth::agent {

inline constexpr std::size_t kMaxMetadataValue = 10 * 1024;

struct MetadataResult {
  WallTime collectedAt;
  std::string value;
  std::string error;
};

// What one run gave, cut and cleaned for the wire.
MetadataResult metadataResult(WallTime now, std::string output, const std::string& error);

// How long one run may take: as given, else the interval, else three seconds.
std::chrono::seconds metadataTimeout(const MetadataItem& item);

class MetadataRunner {
 public:
  using CommandMaker = std::function<Result<Command>(std::string_view text)>;

  MetadataRunner(asio::any_io_executor executor, const Clock& clock, CommandMaker makeCommand);

  // Collects and reports until a report fails or the coroutine is cancelled; then what it started is killed.
  Task<Result<void>> run(rpc::AgentClient& client, std::vector<MetadataItem> items);

 private:
  Task<void> collectForever(MetadataItem item);
  Task<MetadataResult> collect(const MetadataItem& item);

  asio::any_io_executor m_executor;
  const Clock& m_clock;
  CommandMaker m_makeCommand;
  std::map<std::string, MetadataResult> m_unsent;
};

}  // namespace berth::agent
