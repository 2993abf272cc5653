// Who the agent's sessions run as. Read from /etc/passwd itself: libc's name services need plug-ins that a static
// program lacks (reference/agent-and-ide.md 2.4 and 9).
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

namespace berth::agent {

struct User {
  std::string name;
  std::string home;
  std::string shell;

  bool operator==(const User&) const = default;
};

// The first well-formed passwd(5) line of that user id.
std::optional<User> findUser(std::string_view passwdText, uid_t id);

// The user of this process. What /etc/passwd lacks comes from HOME, USER and SHELL, and at last from "/", the id
// as a number and "/bin/sh". A shell that does not exist is replaced by the next choice that does.
User currentUser();

}  // namespace berth::agent
