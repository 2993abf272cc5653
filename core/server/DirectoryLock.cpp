#include "core/server/DirectoryLock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <utility>

namespace berth::server {

namespace {

constexpr const char* kLockName = "server.lock";

std::string readPid(int descriptor) {
  std::array<char, 32> text{};
  const auto size = ::pread(descriptor, text.data(), text.size(), 0);
  std::string pid(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  while (!pid.empty() && pid.back() == '\n') pid.pop_back();
  return pid.empty() ? "unknown" : pid;
}

}  // namespace

Result<DirectoryLock> DirectoryLock::take(const std::filesystem::path& directory) {
  std::error_code error;
  if (std::filesystem::create_directories(directory, error))
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
  if (error) return fail(errnoError(error.value(), std::format("make the directory {}", directory.string())));
  const auto path = directory / kLockName;
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return fail(errnoError(errno, std::format("open {}", path.string())));
  DirectoryLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return fail(errnoError(errno, std::format("lock {}", path.string())));
    return fail(ErrorCode::Conflict,
                std::format("another server (process {}) already uses {}: stop it, or choose another directory with "
                            "--global-config",
                            readPid(descriptor), directory.string()));
  }
  const std::string pid = std::format("{}\n", ::getpid());
  if (::ftruncate(descriptor, 0) != 0 || ::pwrite(descriptor, pid.data(), pid.size(), 0) < 0)
    return fail(errnoError(errno, std::format("write {}", path.string())));
  return lock;
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) {}

DirectoryLock::~DirectoryLock() {
  if (m_descriptor >= 0) ::close(m_descriptor);
}

}  // namespace berth::server
