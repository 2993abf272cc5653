#include "core/server/DirectoryLock.h"

#include <format>

namespace berth::server {

namespace {

constexpr const char* kLockName = "server.lock";

}  // namespace

Result<FileLock> lockDirectory(const std::filesystem::path& directory) {
  std::error_code error;
  if (std::filesystem::create_directories(directory, error))
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
  if (error) return fail(errnoError(error.value(), std::format("make the directory {}", directory.string())));
  return FileLock::take(directory / kLockName, [&directory](const std::string& pid) {
    return std::format(
        "another server (process {}) already uses {}: stop it, or choose another directory with --global-config", pid,
        directory.string());
  });
}

}  // namespace berth::server
