// What git asks its GIT_ASKPASS program, and how the server's external authentication answers it
// (reference/agent-and-ide.md 1.14 and 7.5).
#pragma once

#include <string>
#include <string_view>

#include "core/api/ExternalAuth.h"
#include "core/base/Error.h"

namespace berth::agent::git {

// "Username for 'https://host/path': ", "Password for 'https://user@host': ".
struct Prompt {
  std::string url;   // http or https, without the user
  std::string user;  // the one in the URL, as it stands there; empty when git knows none yet
};

// Whether this argument is git's question rather than a command.
bool looksLikePrompt(std::string_view argument);

Result<Prompt> parsePrompt(std::string_view text);

// The line for git: the user name while there is none, and in place of a password where the token is the user name.
std::string_view chooseAnswer(const Prompt& prompt, const api::AgentExternalAuth& auth);

}  // namespace berth::agent::git
