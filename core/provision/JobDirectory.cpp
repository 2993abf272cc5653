#include "core/provision/JobDirectory.h"

#include <charconv>

#include "core/provision/Files.h"

namespace berth::provision {

namespace fs = std::filesystem;

namespace {

// Where OpenTofu puts a state that it could not write in its place.
constexpr std::string_view kErroredState = "errored.tfstate";

}  // namespace

Result<std::string> WorkDirectory::readState() const {
  for (const auto& file : {path / kErroredState, stateFile()}) {
    auto state = readFile(file, kMaxStateBytes);
    if (state || state.error().code() != ErrorCode::NotFound) return state;
  }
  return std::string();
}

Result<void> WorkDirectory::writeState(std::string_view state) const {
  std::error_code ignored;
  fs::remove(path / kErroredState, ignored);
  return state.empty() ? Result<void>() : writeFile(stateFile(), state);
}

Result<WorkDirectory> JobDirectory::create(const std::vector<ArchiveEntry>& files, std::string_view name) const {
  const WorkDirectory directory = work(name);
  std::error_code error;
  fs::remove_all(directory.path, error);
  if (error) return fail(errnoError(error.value(), "empty " + directory.path.string()));
  for (const auto& file : {directory.output(), directory.errors(), directory.process(), directory.interrupted()})
    fs::remove(file, error);
  TRY(makePrivateDirectory(directory.path));
  TRY(unpack(files, directory.path));
  return directory;
}

void JobDirectory::remove() const noexcept {
  std::error_code ignored;
  fs::remove_all(m_path, ignored);
}

std::optional<ProcessMark> ProcessMark::of(int processId) {
  const auto stat = readFile(std::format("/proc/{}/stat", processId), 4096);
  if (!stat) return std::nullopt;
  // Field 22 counted from the program's name, which stands in brackets and may hold anything (proc_pid_stat(5)).
  std::string_view rest = std::string_view(*stat).substr(std::min(stat->rfind(')'), stat->size()));
  constexpr int kFieldsAfterName = 20;
  for (int field = 0; field < kFieldsAfterName; ++field) {
    const auto space = rest.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(space + 1);
    if (field == 0 && rest.starts_with('Z')) return std::nullopt;  // ended, only not yet waited for
  }
  return ProcessMark{processId, std::string(rest.substr(0, rest.find(' ')))};
}

std::optional<ProcessMark> ProcessMark::read(const fs::path& file) {
  const auto text = readFile(file, 256);
  if (!text) return std::nullopt;
  ProcessMark mark;
  const auto parsed = std::from_chars(text->data(), text->data() + text->size(), mark.id);
  if (parsed.ec != std::errc() || parsed.ptr == text->data() + text->size() || mark.id <= 1) return std::nullopt;
  mark.startTime = std::string(parsed.ptr + 1, text->data() + text->size());
  return mark;
}

Result<void> ProcessMark::write(const fs::path& file) const {
  return writeFile(file, std::format("{} {}", id, startTime));
}

bool ProcessMark::isRunning() const {
  const auto now = of(id);
  return now && now->startTime == startTime;
}

}  // namespace berth::provision
