// Initialised directories kept for the next job with the same requirements, so that `init` need not run again
// (reference/provisioning.md 9.8).
#pragma once

#include <filesystem>
#include <string>

#include "core/base/Error.h"
#include "core/provision/JobDirectory.h"
#include "core/provision/Template.h"
#include "core/provision/Tool.h"

namespace berth::provision {

class PreparedDirectories {
 public:
  explicit PreparedDirectories(std::filesystem::path directory) : m_directory(std::move(directory)) {}

  // What the outcome of `init` depends on. `sourceHash` counts when the template uses modules.
  static std::string keyOf(const TemplateFacts& facts, std::string_view sourceHash, const Tool& tool,
                           const std::filesystem::path& mirror);

  // Copies providers, modules and lock file into the work directory; false when nothing fits.
  Result<bool> restore(const std::string& key, const WorkDirectory& into) const;

  // Keeps those of a directory in which `init` has run.
  Result<void> keep(const std::string& key, const WorkDirectory& from) const;

  // Providers, modules and lock file from one work directory to another.
  static Result<void> copy(const WorkDirectory& from, const WorkDirectory& to);

  // What turned out to be unusable, and all that was not used for `age`.
  void forget(const std::string& key) const noexcept;
  void forgetOlderThan(std::chrono::hours age) const noexcept;

 private:
  std::filesystem::path m_directory;
};

// Whether this failure of a plan means that `init` has to run.
bool asksForInit(std::string_view problem);

}  // namespace berth::provision
