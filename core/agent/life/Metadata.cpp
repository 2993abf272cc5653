#include "core/agent/life/Metadata.h"

#include "core/agent/life/Text.h"
#include "core/base/Subprocess.h"
#include "core/rpc/Proto.h"

namespace berth::agent {

namespace {

constexpr auto kTick = std::chrono::seconds(1);
constexpr auto kDefaultTimeout = std::chrono::seconds(3);

// The longest prefix of at most `size` bytes that cuts no character.
std::string_view cutText(std::string_view text, std::size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return text.substr(0, size);
}

Task<void> sleepFor(asio::any_io_executor executor, std::chrono::steady_clock::duration time) {
  asio::steady_timer timer(std::move(executor), time);
  co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace

MetadataResult metadataResult(WallTime now, std::string output, const std::string& error) {
  MetadataResult result{.collectedAt = now, .value = cleanText(output), .error = cleanText(error)};
  if (result.value.size() > kMaxMetadataValue) {
    if (!result.error.empty()) result.error += "; ";
    result.error += std::format("output of {} bytes is cut to {}", result.value.size(), kMaxMetadataValue);
    result.value = cutText(result.value, kMaxMetadataValue);
  }
  return result;
}

std::chrono::seconds metadataTimeout(const MetadataItem& item) {
  if (item.timeout > std::chrono::seconds(0)) return item.timeout;
  return item.interval > std::chrono::seconds(0) ? item.interval : kDefaultTimeout;
}

MetadataRunner::MetadataRunner(asio::any_io_executor executor, const Clock& clock, CommandMaker makeCommand)
    : m_executor(std::move(executor)), m_clock(clock), m_makeCommand(std::move(makeCommand)) {}

Task<Result<void>> MetadataRunner::run(rpc::AgentClient& client, std::vector<MetadataItem> items) {
  TaskGroup collectors(m_executor);
  m_unsent.clear();
  for (MetadataItem& item : items) collectors.spawn(collectForever(std::move(item)));
  Result<void> reported;
  try {
    while (reported) {
      co_await sleepFor(m_executor, kTick);
      if (m_unsent.empty()) continue;
      rpc::agentpb::BatchUpdateMetadataRequest request;
      for (const auto& [key, result] : std::exchange(m_unsent, {})) {
        auto& metadata = *request.add_metadata();
        metadata.set_key(key);
        *metadata.mutable_result()->mutable_collected_at() = rpc::toTimestamp(result.collectedAt);
        metadata.mutable_result()->set_value(result.value);
        metadata.mutable_result()->set_error(result.error);
      }
      reported = co_await client.batchUpdateMetadata(std::move(request));
    }
  } catch (const boost::system::system_error&) {
    reported = fail(ErrorCode::Cancelled, "asked to stop");
  }
  collectors.cancel();
  // Not to be interrupted: the collectors use this object.
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await collectors.join();
  co_return reported;
}

Task<void> MetadataRunner::collectForever(MetadataItem item) {
  while (true) {
    const TimePoint begin = m_clock.now();
    MetadataResult result = co_await collect(item);
    m_unsent.insert_or_assign(item.key, std::move(result));
    if (item.interval <= std::chrono::seconds(0)) co_return;  // once
    const auto passed = m_clock.now() - begin;
    co_await sleepFor(m_executor, std::max<TimePoint::duration>(item.interval - passed, TimePoint::duration(0)));
  }
}

Task<MetadataResult> MetadataRunner::collect(const MetadataItem& item) {
  auto command = m_makeCommand(item.script);
  if (!command) co_return metadataResult(m_clock.wallNow(), "", command.error().message());
  const auto timeout = metadataTimeout(item);
  const auto captured = co_await runProcess({.command = std::move(command->arguments),
                                             .directory = command->directory,
                                             .environment = std::move(command->environment)},
                                            {.outputBytes = 1U << 20, .time = timeout});
  if (!captured) {
    const bool isLate = captured.error().code() == ErrorCode::Timeout;
    co_return metadataResult(
        m_clock.wallNow(), "",
        isLate ? std::format("no result within {} s", timeout.count()) : captured.error().message());
  }
  co_return metadataResult(m_clock.wallNow(), captured->output + captured->errorOutput,
                           captured->exit.isSuccess() ? "" : captured->exit.describe());
}

}  // namespace berth::agent
