// Whole small files: state, plans, lock files.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/Error.h"

namespace berth::provision {

// LimitExceeded above `limit` bytes, NotFound when there is no such file.
Result<std::string> readFile(const std::filesystem::path& path, std::size_t limit);

// Replaces the file at once (written beside it, then renamed), with exactly this mode.
Result<void> writeFile(const std::filesystem::path& path, std::string_view content, mode_t mode = 0600);

// With all its parents, readable by the owner only.
Result<void> makePrivateDirectory(const std::filesystem::path& path);

// Lower-case hex SHA-256.
std::string sha256Hex(std::string_view data);

}  // namespace berth::provision
