#include "core/provision/Prepared.h"

#include "core/provision/Files.h"

namespace berth::provision {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDataDirectory = ".terraform";
constexpr std::size_t kMaxLockFile = 1024 * 1024;

// Directories anew, files as hard links where the file system allows: modules are only read.
Result<void> copyTree(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::create_directories(to, error);
  for (fs::recursive_directory_iterator it(from, error), end; !error && it != end; it.increment(error)) {
    const fs::path target = to / it->path().lexically_relative(from);
    const auto status = it->symlink_status(error);
    if (fs::is_directory(status)) {
      fs::create_directories(target, error);
    } else if (fs::is_symlink(status)) {
      fs::copy_symlink(it->path(), target, error);
    } else {
      fs::create_hard_link(it->path(), target, error);
      if (error) fs::copy_file(it->path(), target, error);
    }
    if (error) break;
  }
  if (error) return fail(errnoError(error.value(), std::format("copy {} to {}", from.string(), to.string())));
  return {};
}

}  // namespace

std::string PreparedDirectories::keyOf(const TemplateFacts& facts, std::string_view sourceHash, const Tool& tool,
                                       const fs::path& mirror) {
  std::string text = std::format("{}\n{}\n{}\n", tool.program.string(), tool.version, facts.lockFile);
  for (const auto& provider : mirroredProviders(mirror)) {
    text += provider;
    for (const auto& version : mirroredVersions(mirror, provider)) text += " " + version;
    text += "\n";
  }
  text += facts.hasModules || facts.requirements.empty() ? sourceHash : facts.requirements;
  return sha256Hex(text);
}

Result<bool> PreparedDirectories::restore(const std::string& key, const WorkDirectory& into) const {
  const fs::path kept = m_directory / key;
  std::error_code error;
  if (!fs::is_directory(kept / kDataDirectory, error)) return false;
  TRY(copyTree(kept / kDataDirectory, into.path / kDataDirectory));
  TRY_ASSIGN(const auto lock, readFile(kept / into.lockFile().filename(), kMaxLockFile));
  TRY(writeFile(into.lockFile(), lock));
  fs::last_write_time(kept, fs::file_time_type::clock::now(), error);
  return true;
}

Result<void> PreparedDirectories::keep(const std::string& key, const WorkDirectory& from) const {
  TRY_ASSIGN(const auto lock, readFile(from.lockFile(), kMaxLockFile));
  const fs::path part = m_directory / std::format("{}.{}", key, Uuid::random().toString());
  TRY(makePrivateDirectory(part));
  TRY(copyTree(from.path / kDataDirectory, part / kDataDirectory));
  TRY(writeFile(part / from.lockFile().filename(), lock));
  std::error_code error;
  fs::rename(part, m_directory / key, error);
  if (error) fs::remove_all(part, error);  // another job was first
  return {};
}

Result<void> PreparedDirectories::copy(const WorkDirectory& from, const WorkDirectory& to) {
  const auto lock = readFile(from.lockFile(), kMaxLockFile);
  if (!lock) return {};  // no providers, nothing to copy
  TRY(copyTree(from.path / kDataDirectory, to.path / kDataDirectory));
  return writeFile(to.lockFile(), *lock);
}

void PreparedDirectories::forget(const std::string& key) const noexcept {
  std::error_code ignored;
  fs::remove_all(m_directory / key, ignored);
}

void PreparedDirectories::forgetOlderThan(std::chrono::hours age) const noexcept {
  std::error_code error;
  const auto oldest = fs::file_time_type::clock::now() - age;
  for (const auto& entry : fs::directory_iterator(m_directory, error))
    if (entry.last_write_time(error) < oldest) forget(entry.path().filename());
}

bool asksForInit(std::string_view problem) {
  constexpr std::string_view kSummaries[] = {
      "Required plugins are not installed", "Inconsistent dependency lock file",        "Module not installed",
      "Module source has changed",          "Backend initialization required",          "Missing required provider",

      "Failed to load plugin schemas",      "Provider requirements cannot be satisfied"};
  return std::ranges::any_of(kSummaries, [&](std::string_view summary) { return problem.contains(summary); });
}

}  // namespace berth::provision
