// One server per directory: a lock that the kernel drops with the process.
#pragma once

#include <filesystem>

#include "core/base/Error.h"

namespace berth::server {

class DirectoryLock {
 public:
  // Makes the directory (0700) where it is missing. Conflict names the process that holds it.
  static Result<DirectoryLock> take(const std::filesystem::path& directory);

  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&&) = delete;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int descriptor) : m_descriptor(descriptor) {}
  int m_descriptor;
};

}  // namespace berth::server
