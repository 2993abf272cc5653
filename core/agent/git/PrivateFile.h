// A file that only its owner can read, for as long as the object lives.
#pragma once

#include <filesystem>

#include "core/base/Error.h"
#include "core/base/Secret.h"

namespace berth::agent::git {

class PrivateFile {
 public:
  // A new file in `directory` with this content, mode 0600 from the start.
  static Result<PrivateFile> create(const std::filesystem::path& directory, const Secret& content);
  PrivateFile(PrivateFile&& other) noexcept : m_path(std::exchange(other.m_path, {})) {}
  PrivateFile& operator=(PrivateFile&&) = delete;
  ~PrivateFile();  // removes it

  const std::string& path() const noexcept { return m_path; }

 private:
  explicit PrivateFile(std::string path) : m_path(std::move(path)) {}

  std::string m_path;
};

}  // namespace berth::agent::git
