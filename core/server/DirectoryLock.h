// One server per directory.
#pragma once

#include "core/base/FileLock.h"

namespace berth::server {

// Makes the directory (0700) where it is missing. Conflict names the process that holds it.
Result<FileLock> lockDirectory(const std::filesystem::path& directory);

}  // namespace berth::server
