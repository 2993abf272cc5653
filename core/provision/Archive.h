// Template archives: reading tar and zip from outside, writing tar, unpacking into a directory.
//
// Archives come from users: every size meets a limit before memory is taken, and only plain files and directories with
// paths inside the archive are let in (reference/provisioning.md 1.1, 1.3).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/Bytes.h"
#include "core/base/Error.h"

namespace berth::provision {

struct ArchiveEntry {
  std::string path = {};  // relative, forward slashes, no trailing slash
  bool isDirectory = false;
  bool isExecutable = false;
  std::string content = {};
};

struct ArchiveLimits {
  std::size_t entries = 10'000;
  std::size_t fileBytes = 10 * 1024 * 1024;
  std::size_t totalBytes = 100 * 1024 * 1024;
};

enum class ArchiveFormat { Tar, Zip };

// InvalidInput names the entry that is refused ("..", absolute, a link, a device) or what is broken; LimitExceeded what
// is too large. Compressed tars are refused: their name for the content type is tar, not tar.gz.
Result<std::vector<ArchiveEntry>> readArchive(ByteView archive, ArchiveFormat format, const ArchiveLimits& limits = {});

// The same entries give the same bytes: sorted by path, no owner, no time.
Result<Bytes> writeTar(std::vector<ArchiveEntry> entries);
Result<Bytes> writeZip(std::vector<ArchiveEntry> entries);

// Into an existing directory. Files become 0600 (0700 when executable): state and variables are nobody else's business.
Result<void> unpack(const std::vector<ArchiveEntry>& entries, const std::filesystem::path& directory);

// What `templates push` sends (1.1): no dot files but the lock file, no state, no top-level tfvars; InvalidInput when
// there is no .tf file at the top, LimitExceeded above kTemplateBytes.
inline constexpr std::size_t kTemplateBytes = 1024 * 1024;
Result<std::vector<ArchiveEntry>> collectTemplate(const std::filesystem::path& directory);

}  // namespace berth::provision
