// "Only one process at a time": a lock on a file, which the kernel drops with the process.
#pragma once

#include <filesystem>
#include <functional>

#include "core/base/Error.h"

namespace berth {

class FileLock {
 public:
  // Makes the file (0600) where it is missing and writes this process's number into it. Conflict when another process
  // has the lock; `describe` makes the message from that one's number.
  static Result<FileLock> take(const std::filesystem::path& path,
                               const std::function<std::string(const std::string& pid)>& describe);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : m_descriptor(descriptor) {}
  int m_descriptor;
};

}  // namespace berth
