// The two commands that git calls in sessions of a workspace: GIT_SSH_COMMAND is "<this program> gitssh --",
// GIT_ASKPASS is this program. Both speak to the server with the agent's settings from the environment
// (core/agent/ServerAccess.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace berth::agent::git {

// `gitssh -- ARGUMENTS`: ssh with these arguments and the keys of Ssh.h. The exit code of ssh, or 1 with the reason on
// standard error.
int runSsh(std::vector<std::string> arguments);

// Prints the answer to git's question. With another exit code than 0 git asks at the terminal.
int runAskpass(const std::string& question);

}  // namespace berth::agent::git
