#include "app/cli/SshConfigFile.h"

#include <algorithm>
#include <cctype>
#include <format>
#include <set>

namespace berth::cli {

namespace {

constexpr std::string_view kStart = "# ------------START-CODER-----------";
constexpr std::string_view kEnd = "# ------------END-CODER------------";
constexpr std::string_view kRemembered = "# :";

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// For a shell that OpenSSH starts: in double quotes when there are blanks.
std::string quoted(const std::string& path) {
  if (path.find_first_of(" \t") == std::string::npos) return path;
  std::string out = "\"";
  for (const char c : path) {
    if (c == '"') out += '\\';
    out += c;
  }
  return out + '"';
}

// Inside the quotes of "Match exec" blanks and backslashes are escaped instead.
std::string escapedForMatch(const std::string& path) {
  std::string out;
  for (const char c : path) {
    if (c == ' ' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string rememberedLines(const SshConfigOptions& options) {
  std::string lines;
  const auto add = [&lines](std::string_view key, std::string_view value) {
    lines += std::format("{}{}={}\n", kRemembered, key, value);
  };
  if (options.wait != "auto") add("wait", options.wait);
  if (!options.hostPrefix.empty()) add("ssh-host-prefix", options.hostPrefix);
  if (!options.hostSuffix.empty()) add("hostname-suffix", options.hostSuffix);
  if (options.disablesAutostart) add("disable-autostart", "true");
  if (options.isPerWorkspace) add("no-wildcard", "true");
  for (const auto& option : options.sshOptions) add("ssh-option", option);
  return lines.empty() ? "" : "# Last config-ssh options:\n" + lines + "#\n";
}

std::string proxyCommand(const SshSection& section, const std::string& naming) {
  std::string line = std::format("\tProxyCommand {} --global-config {} ssh --stdio", quoted(section.program),
                                 quoted(section.globalConfig));
  if (section.options.wait != "auto") line += " --wait=" + section.options.wait;
  if (section.options.disablesAutostart) line += " --disable-autostart=true";
  return line + " " + naming + " %h\n";
}

std::string hostBlock(const std::string& pattern, const SshSection& section) {
  std::string block = "Host " + pattern + "\n";
  for (const auto& option : section.hostOptions) block += "\t" + option + "\n";
  return block;
}

std::string prefixBlock(const SshSection& section, const std::string& pattern) {
  return hostBlock(section.prefix + pattern, section) + proxyCommand(section, "--ssh-host-prefix " + section.prefix);
}

// Coder Connect (a network of its own) has precedence where it knows the name.
std::string suffixBlock(const SshSection& section, const std::string& pattern) {
  const std::string host = pattern + "." + section.suffix;
  return hostBlock(host, section) +
         std::format("\nMatch host {} !exec \"{} connect exists %h\"\n", host, escapedForMatch(section.program)) +
         proxyCommand(section, "--hostname-suffix " + section.suffix);
}

std::size_t countOf(const std::string& text, std::string_view what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size())) ++count;
  return count;
}

}  // namespace

std::string formatSection(const SshSection& section) {
  std::string out = std::format(
      "{}\n# This section is managed by coder. DO NOT EDIT.\n#\n"
      "# You should not hand-edit this section unless you are removing it, all\n"
      "# changes will be lost when running \"coder config-ssh\".\n#\n{}",
      kStart, rememberedLines(section.options));
  const std::vector<std::string> patterns =
      section.options.isPerWorkspace ? section.workspaces : std::vector<std::string>{"*"};
  bool isFirst = true;
  for (const auto& pattern : patterns) {
    if (!section.prefix.empty()) out += (isFirst ? "" : "\n") + prefixBlock(section, pattern);
    if (!section.prefix.empty()) isFirst = false;
    if (!section.suffix.empty()) out += (isFirst ? "" : "\n") + suffixBlock(section, pattern);
    if (!section.suffix.empty()) isFirst = false;
  }
  return out + std::string(kEnd);
}

Result<SplitConfig> splitConfig(const std::string& content) {
  const auto starts = countOf(content, kStart);
  const auto ends = countOf(content, kEnd);
  if (starts == 0 && ends == 0) return SplitConfig{.before = content};
  const auto start = content.find(kStart);
  const auto end = content.find(kEnd);
  if (starts > 1 || ends > 1)
    return fail(ErrorCode::InvalidInput, "Malformed config: several START-CODER sections; remove all but one by hand");
  if (starts != ends || end < start)
    return fail(ErrorCode::InvalidInput,
                "Malformed config: the START-CODER and END-CODER lines do not pair; remove them by hand");
  return SplitConfig{.before = content.substr(0, start),
                     .section = content.substr(start, end + kEnd.size() - start),
                     .after = content.substr(end + kEnd.size())};
}

SshConfigOptions parseOptions(const std::string& section) {
  SshConfigOptions options;
  std::size_t at = 0;
  while (at < section.size()) {
    const auto end = std::min(section.find('\n', at), section.size());
    std::string line = section.substr(at, end - at);
    at = end + 1;
    if (!line.starts_with(kRemembered)) continue;
    line.erase(0, kRemembered.size());
    const auto equals = line.find('=');
    const std::string key = line.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : line.substr(equals + 1);
    if (key == "wait") options.wait = value;
    if (key == "ssh-host-prefix") options.hostPrefix = value;
    if (key == "hostname-suffix") options.hostSuffix = value;
    if (key == "disable-autostart") options.disablesAutostart = value == "true";
    if (key == "no-wildcard") options.isPerWorkspace = value == "true";
    if (key == "ssh-option") options.sshOptions.push_back(value);
  }
  return options;
}

Result<std::string> replaceSection(const std::string& content, const std::string& section) {
  TRY_ASSIGN(auto split, splitConfig(content));
  if (!split.section.empty()) return split.before + section + split.after;
  if (split.before.empty()) return section + "\n";
  while (split.before.ends_with('\n')) split.before.pop_back();
  return split.before + "\n\n" + section + "\n";
}

Result<std::string> removeSection(const std::string& content) {
  TRY_ASSIGN(auto split, splitConfig(content));
  if (split.section.empty()) return content;
  if (split.after.starts_with('\n')) split.after.erase(0, 1);
  if (split.after.empty() && split.before.ends_with("\n\n")) split.before.pop_back();
  return split.before + split.after;
}

std::vector<std::string> mergeHostOptions(const std::vector<std::string>& user,
                                          const std::vector<std::pair<std::string, std::string>>& deployment) {
  static const std::vector<std::pair<std::string, std::string>> kDefaults{
      {"ConnectTimeout", "=0"},
      {"StrictHostKeyChecking", "=no"},
      {"UserKnownHostsFile", "=/dev/null"},
      {"LogLevel", " ERROR"}};  // otherwise each connection prints a warning
  std::vector<std::string> lines;
  std::set<std::string> removed;
  const auto add = [&](const std::string& key, const std::string& separated) {
    if (removed.contains(lower(key))) return;
    if (separated.size() <= 1)
      removed.insert(lower(key));
    else
      lines.push_back(key + separated);
  };
  for (const auto& option : user) {
    const auto split = option.find_first_of("= ");
    add(option.substr(0, split), split == std::string::npos ? "" : option.substr(split));
  }
  for (const auto& [key, value] : deployment) add(key, "=" + value);
  for (const auto& [key, value] : kDefaults) add(key, value);
  return lines;
}

}  // namespace berth::cli
