// The directory of one job, with all that must survive this process (reference/provisioning.md 1.3, 3.5).
//
//   <directory>/<job id>/main/      the template, terraform.tfstate; more such work directories for a second plan
//                        main.out   what OpenTofu printed: it writes into files, so it outlives this process
//                        main.err
//                        main.pid   process id and start time of the running OpenTofu
//                        main.sigint  it was interrupted: a second interrupt would make it drop its state
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/Error.h"
#include "core/base/Ids.h"
#include "core/provision/Archive.h"

namespace berth::provision {

// State and plans are limited to what one job can sensibly have.
inline constexpr std::size_t kMaxStateBytes = 64 * 1024 * 1024;

// One place in which OpenTofu runs.
struct WorkDirectory {
  std::filesystem::path path;
  std::filesystem::path output() const { return withSuffix(".out"); }
  std::filesystem::path errors() const { return withSuffix(".err"); }
  std::filesystem::path process() const { return withSuffix(".pid"); }
  std::filesystem::path interrupted() const { return withSuffix(".sigint"); }
  std::filesystem::path stateFile() const { return path / "terraform.tfstate"; }
  std::filesystem::path lockFile() const { return path / ".terraform.lock.hcl"; }

  // The newest state on disk: what could not be written in its place comes first. Empty when there is none.
  Result<std::string> readState() const;
  // Takes the place of all states on disk; an empty one is not written.
  Result<void> writeState(std::string_view state) const;

 private:
  std::filesystem::path withSuffix(std::string_view suffix) const { return path.string() + std::string(suffix); }
};

class JobDirectory {
 public:
  // Below `parent`; nothing is made on disk yet.
  JobDirectory(const std::filesystem::path& parent, JobId job) : m_path(parent / job.toString()) {}

  const std::filesystem::path& path() const { return m_path; }
  WorkDirectory work(std::string_view name = "main") const { return {m_path / name}; }
  // Makes a work directory with these files. What an earlier run left there is removed.
  Result<WorkDirectory> create(const std::vector<ArchiveEntry>& files, std::string_view name = "main") const;
  void remove() const noexcept;

 private:
  std::filesystem::path m_path;
};

// A process that may be another program's by now is told apart by its start time.
struct ProcessMark {
  int id = 0;
  std::string startTime;

  static std::optional<ProcessMark> of(int processId);
  static std::optional<ProcessMark> read(const std::filesystem::path& file);
  Result<void> write(const std::filesystem::path& file) const;
  bool isRunning() const;
};

}  // namespace berth::provision
