// The section of ~/.ssh/config that config-ssh owns (reference/agent-and-ide.md 6.9). Text in, text out.
//
// Markers and layout are those of stock clients: IDE extensions look for them, and either program updates the other's
// section.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/Error.h"

namespace berth::cli {

// What is remembered in the section from one run to the next.
struct SshConfigOptions {
  std::string wait = "auto";  // auto, yes, no
  std::string hostPrefix = {};
  std::string hostSuffix = {};
  bool disablesAutostart = false;
  bool isPerWorkspace = false;               // --no-wildcard
  std::vector<std::string> sshOptions = {};  // "Key=value"

  bool operator==(const SshConfigOptions&) const = default;
};

struct SshSection {
  SshConfigOptions options = {};  // from flags
  std::string prefix = {};        // in force: a flag's or the deployment's
  std::string suffix = {};
  std::vector<std::string> hostOptions = {};  // lines of every Host block, "Key value" or "Key=value"
  std::string program = {};
  std::string globalConfig = {};
  std::vector<std::string> workspaces = {};  // with --no-wildcard
};

std::string formatSection(const SshSection& section);

// A file's content around its section. InvalidInput ("Malformed config: ...") for several or unpaired markers.
struct SplitConfig {
  std::string before = {};
  std::string section = {};  // empty when there is none
  std::string after = {};
};
Result<SplitConfig> splitConfig(const std::string& content);

// The remembered options of a section.
SshConfigOptions parseOptions(const std::string& section);

// `content` with its section replaced or added.
Result<std::string> replaceSection(const std::string& content, const std::string& section);

// `content` without its section, and without the empty line that replaceSection() put before it.
Result<std::string> removeSection(const std::string& content);

// User's options first, then the deployment's, then the defaults: OpenSSH takes the first. An empty value takes a key
// out of what follows.
std::vector<std::string> mergeHostOptions(const std::vector<std::string>& user,
                                          const std::vector<std::pair<std::string, std::string>>& deployment);

}  // namespace berth::cli
