// --log-dir of `berth ssh`: a file per call, with everything that the log has to say.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

#include "core/base/Clock.h"
#include "core/base/Error.h"

namespace berth::cli {

// "coder-ssh-20060102-150405-abcde-4711.log" in local time. Editors find the file by the number in the end, the id of
// the ssh that calls (reference/agent-and-ide.md 6.6); `letters` keep calls of one second apart.
std::string sshLogName(std::time_t now, const std::string& letters, std::optional<pid_t> caller);

// From here on the log goes there, for the owner alone, and not to standard error. The directory has to exist.
Result<void> logIntoDirectory(const std::filesystem::path& directory, std::optional<pid_t> caller);

}  // namespace berth::cli
