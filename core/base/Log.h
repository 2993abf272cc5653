// Logging: one line per event, to standard error or a file. Log where an error is handled, not where it is passed on.
#pragma once

#include <filesystem>
#include <format>
#include <string_view>

#include "core/base/Error.h"

namespace berth::log {

enum class Level { Debug, Info, Warning, Error };

// Before any thread starts. Without a call: Info to standard error.
void setLevel(Level level);
Result<void> logToFile(const std::filesystem::path& path);

// To this file besides. When it would grow over `maxSize` bytes it becomes path.1 (before its ending), and so on up to
// `backups` of them.
Result<void> alsoLogToFile(const std::filesystem::path& path, std::size_t maxSize, std::size_t backups);

bool isEnabled(Level level) noexcept;
void write(Level level, std::string_view line);

template <typename... Args>
void debug(std::format_string<Args...> text, Args&&... args) {
  if (isEnabled(Level::Debug)) write(Level::Debug, std::format(text, std::forward<Args>(args)...));
}
template <typename... Args>
void info(std::format_string<Args...> text, Args&&... args) {
  if (isEnabled(Level::Info)) write(Level::Info, std::format(text, std::forward<Args>(args)...));
}
template <typename... Args>
void warning(std::format_string<Args...> text, Args&&... args) {
  if (isEnabled(Level::Warning)) write(Level::Warning, std::format(text, std::forward<Args>(args)...));
}
template <typename... Args>
void error(std::format_string<Args...> text, Args&&... args) {
  if (isEnabled(Level::Error)) write(Level::Error, std::format(text, std::forward<Args>(args)...));
}

}  // namespace berth::log
