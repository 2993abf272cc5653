#include "core/agent/git/PrivateFile.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace berth::agent::git {

namespace {

bool writeAll(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(file, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

Result<PrivateFile> PrivateFile::create(const std::filesystem::path& directory, const Secret& content) {
  std::string path = (directory / "berth-gitssh-XXXXXX").string();
  const int file = ::mkostemp(path.data(), O_CLOEXEC);
  if (file < 0) return fail(errnoError(errno, "create a temporary file in " + directory.string()));
  PrivateFile made(std::move(path));
  const bool isWritten = writeAll(file, content.reveal());
  const int error = errno;
  ::close(file);
  if (!isWritten) return fail(errnoError(error, "write " + made.path()));
  return made;
}

PrivateFile::~PrivateFile() {
  if (!m_path.empty()) ::unlink(m_path.c_str());
}

}  // namespace berth::agent::git
