// A program ready to be started, and how the text of an exec request or script becomes one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace berth::agent {

struct Command {
  std::vector<std::string> arguments;    // arguments[0] is the program: a path, or a name looked up in PATH
  std::vector<std::string> environment;  // all of it, as NAME=value
  std::string directory;
};

// reference/agent-and-ide.md 2.4: no text is a login shell; a "#!" first line names the interpreter that gets its own
// arguments, "-c" and the whole text; any other text is for `shell -c`.
std::vector<std::string> commandArguments(const std::string& shell, std::string_view text);

}  // namespace berth::agent
