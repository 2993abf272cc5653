// The environment of everything that the agent starts: sessions, scripts, metadata and app commands
// (reference/agent-and-ide.md 1.9).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/agent/Manifest.h"
#include "core/agent/Passwd.h"

namespace berth::agent {

using Variables = std::vector<std::pair<std::string, std::string>>;

// The value of a variable, or empty.
using Lookup = std::function<std::string(std::string_view name)>;

// Replaces $NAME and ${NAME}. A lone '$' stays.
std::string expandVariables(std::string_view text, const Lookup& lookup);

// A directory of the manifest: "~" at the start is `home`, then variables, then what is relative stands under `home`.
std::string expandPath(std::string_view path, const std::string& home, const Lookup& lookup);

struct EnvironmentInputs {
  Variables process;  // the agent's own, in order
  Variables client;   // sent by an SSH client, in order
  User user;
  std::string agentBinary;      // GIT_ASKPASS and GIT_SSH_COMMAND name it
  std::string scriptDirectory;  // comes first in PATH
};

// "NAME=value" for each variable. The names of the fixed set win over the process, the process over the client; the
// manifest's variables, then the user's secrets, win over all of them.
std::vector<std::string> buildEnvironment(const EnvironmentInputs& inputs, const Manifest& manifest,
                                          const Secret& token);

Variables processEnvironment();

// One variable of it, or empty.
std::string processVariable(std::string_view name);

// The value of `name` in an environment of "NAME=value" lines, or empty.
std::string findVariable(const std::vector<std::string>& environment, std::string_view name);

// Replaces the variable or adds it.
void setVariable(std::vector<std::string>& environment, std::string_view name, std::string_view value);

}  // namespace berth::agent
