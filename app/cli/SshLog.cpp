#include "app/cli/SshLog.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>
#include <format>

#include "core/base/Log.h"
#include "core/base/Random.h"

namespace berth::cli {

namespace {

constexpr std::size_t kLetters = 5;

std::string randomLetters() {
  std::array<std::byte, kLetters> bytes;
  fillRandom(bytes);
  std::string letters;
  for (const std::byte each : bytes) letters += static_cast<char>('a' + std::to_integer<unsigned>(each) % 26);
  return letters;
}

}  // namespace

std::string sshLogName(std::time_t now, const std::string& letters, std::optional<pid_t> caller) {
  std::tm local{};
  ::localtime_r(&now, &local);
  char time[sizeof "20060102-150405"];
  std::strftime(time, sizeof time, "%Y%m%d-%H%M%S", &local);
  return std::format("coder-ssh-{}-{}{}.log", time, letters, caller ? std::format("-{}", *caller) : "");
}

Result<void> logIntoDirectory(const std::filesystem::path& directory, std::optional<pid_t> caller) {
  const auto path = directory / sshLogName(std::time(nullptr), randomLetters(), caller);
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return fail(errnoError(errno, std::format("--log-dir: make {}", path.string())));
  ::close(file);
  log::setLevel(log::Level::Debug);
  return log::logToFile(path);
}

}  // namespace berth::cli
