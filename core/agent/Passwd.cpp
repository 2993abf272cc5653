#include "core/agent/Passwd.h"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace berth::agent {

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::string readWhole(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool isExecutable(const std::string& path) { return !path.empty() && ::access(path.c_str(), X_OK) == 0; }

}  // namespace

std::optional<User> findUser(std::string_view passwdText, uid_t id) {
  const std::string wanted = std::to_string(id);
  while (!passwdText.empty()) {
    const auto lineEnd = passwdText.find('\n');
    std::string_view line = passwdText.substr(0, lineEnd);
    passwdText.remove_prefix(lineEnd == std::string_view::npos ? passwdText.size() : lineEnd + 1);

    std::array<std::string_view, 7> fields;  // name:password:uid:gid:comment:home:shell
    std::size_t count = 0;
    while (count < fields.size()) {
      const auto colon = line.find(':');
      fields[count++] = line.substr(0, colon);
      if (colon == std::string_view::npos) break;
      line.remove_prefix(colon + 1);
    }
    if (count == fields.size() && fields[2] == wanted)
      return User{std::string(fields[0]), std::string(fields[5]), std::string(fields[6])};
  }
  return std::nullopt;
}

User currentUser() {
  User user = findUser(readWhole("/etc/passwd"), ::geteuid()).value_or(User{});
  if (user.name.empty()) user.name = environment("USER");
  if (user.name.empty()) user.name = std::to_string(::geteuid());
  if (user.home.empty()) user.home = environment("HOME");
  if (user.home.empty()) user.home = "/";
  for (const std::string& shell : {user.shell, environment("SHELL"), std::string("/bin/sh")})
    if (isExecutable(shell)) {
      user.shell = shell;
      break;
    }
  if (user.shell.empty()) user.shell = "/bin/sh";
  return user;
}

}  // namespace berth::agent
