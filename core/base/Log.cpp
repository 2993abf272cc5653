#include "core/base/Log.h"

// Header-only here and nowhere else: Debian has no static spdlog, and the agent is a static program.
#define SPDLOG_HEADER_ONLY
#define SPDLOG_USE_STD_FORMAT
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace berth::log {

namespace {

constexpr const char* kLinePattern = "%Y-%m-%dT%H:%M:%S.%eZ %-7l %v";

std::shared_ptr<spdlog::logger>& logger() {
  static auto instance = [] {
    auto made = std::make_shared<spdlog::logger>("berth", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern(kLinePattern, spdlog::pattern_time_type::utc);
    made->flush_on(spdlog::level::debug);
    return made;
  }();
  return instance;
}

spdlog::level::level_enum toSpdlog(Level level) {
  switch (level) {
    case Level::Debug: return spdlog::level::debug;
    case Level::Info: return spdlog::level::info;
    case Level::Warning: return spdlog::level::warn;
    case Level::Error: return spdlog::level::err;
  }
  return spdlog::level::info;
}

}  // namespace

void setLevel(Level level) { logger()->set_level(toSpdlog(level)); }

Result<void> logToFile(const std::filesystem::path& path) {
  try {
    auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(path.string());
    logger()->sinks() = {sink};
    logger()->set_pattern(kLinePattern, spdlog::pattern_time_type::utc);
    return {};
  } catch (const spdlog::spdlog_ex& e) {
    return fail(ErrorCode::Internal, std::format("open log file {}: {}", path.string(), e.what()));
  }
}

Result<void> alsoLogToFile(const std::filesystem::path& path, std::size_t maxSize, std::size_t backups) {
  try {
    logger()->sinks().push_back(
        std::make_shared<spdlog::sinks::rotating_file_sink_mt>(path.string(), maxSize, backups));
    logger()->set_pattern(kLinePattern, spdlog::pattern_time_type::utc);
    return {};
  } catch (const spdlog::spdlog_ex& e) {
    return fail(ErrorCode::Internal, std::format("open log file {}: {}", path.string(), e.what()));
  }
}

bool isEnabled(Level level) noexcept { return logger()->should_log(toSpdlog(level)); }

void write(Level level, std::string_view line) {
  logger()->log(toSpdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace berth::log
