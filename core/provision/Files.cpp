#include "core/provision/Files.h"

#include <fcntl.h>
#include <openssl/sha.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "core/base/Bytes.h"

namespace berth::provision {

namespace {

class OpenFile {
 public:
  OpenFile(const std::filesystem::path& path, int flags, mode_t mode = 0)
      : m_number(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~OpenFile() {
    if (m_number >= 0) ::close(m_number);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int number() const noexcept { return m_number; }
  bool isOpen() const noexcept { return m_number >= 0; }

 private:
  int m_number;
};

bool writeAll(int file, std::string_view content) {
  while (!content.empty()) {
    const auto count = ::write(file, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

Result<std::string> readFile(const std::filesystem::path& path, std::size_t limit) {
  OpenFile file(path, O_RDONLY);
  if (!file.isOpen()) return fail(errnoError(errno, "open " + path.string()));
  std::string content;
  std::array<char, 64 * 1024> buffer;
  while (true) {
    const auto count = ::read(file.number(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(errnoError(errno, "read " + path.string()));
    if (count == 0) return content;
    if (content.size() + static_cast<std::size_t>(count) > limit)
      return fail(ErrorCode::LimitExceeded, std::format("{} is larger than {} bytes", path.string(), limit));
    content.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

Result<void> writeFile(const std::filesystem::path& path, std::string_view content, mode_t mode) {
  std::filesystem::path part = path;
  part += ".part";
  OpenFile file(part, O_WRONLY | O_CREAT | O_TRUNC, mode);
  if (!file.isOpen()) return fail(errnoError(errno, "create " + part.string()));
  if (::fchmod(file.number(), mode) != 0 || !writeAll(file.number(), content))
    return fail(errnoError(errno, "write " + part.string()));
  if (::rename(part.c_str(), path.c_str()) != 0) return fail(errnoError(errno, "replace " + path.string()));
  return {};
}

Result<void> makePrivateDirectory(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error) std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  if (error) return fail(errnoError(error.value(), "make directory " + path.string()));
  return {};
}

std::string sha256Hex(std::string_view data) {
  std::array<std::byte, SHA256_DIGEST_LENGTH> digest;
  ::SHA256(reinterpret_cast<const unsigned char*>(data.data()), data.size(),
           reinterpret_cast<unsigned char*>(digest.data()));
  return toHex(digest);
}

}  // namespace berth::provision
