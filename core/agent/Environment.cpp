#include "core/agent/Environment.h"

#include <unistd.h>

#include <cctype>
#include <cstdlib>
#include <map>

namespace berth::agent {

namespace {

// Variables that classify a session and are not for the program (reference/agent-and-ide.md 1.9).
constexpr std::string_view kStripped[] = {"CODER_SSH_SESSION_TYPE", "CODER_CONTAINER", "CODER_CONTAINER_USER"};

bool isNameCharacter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Keeps the order in which names first came.
class Builder {
 public:
  void setIfAbsent(const std::string& name, const std::string& value) {
    if (m_values.try_emplace(name, value).second) m_order.push_back(name);
  }
  void set(const std::string& name, std::string value) {
    auto [it, isNew] = m_values.try_emplace(name);
    if (isNew) m_order.push_back(name);
    it->second = std::move(value);
  }
  std::string get(const std::string& name) const {
    const auto it = m_values.find(name);
    return it == m_values.end() ? std::string() : it->second;
  }
  std::vector<std::string> take() const {
    std::vector<std::string> lines;
    for (const std::string& name : m_order) lines.push_back(name + "=" + m_values.at(name));
    return lines;
  }

 private:
  std::map<std::string, std::string> m_values;
  std::vector<std::string> m_order;
};

bool isStripped(std::string_view name) {
  return std::find(std::begin(kStripped), std::end(kStripped), name) != std::end(kStripped);
}

}  // namespace

std::string expandVariables(std::string_view text, const Lookup& lookup) {
  std::string expanded;
  while (!text.empty()) {
    const auto dollar = text.find('$');
    expanded += text.substr(0, dollar);
    if (dollar == std::string_view::npos) break;
    text.remove_prefix(dollar + 1);
    if (text.starts_with('{')) {
      const auto end = text.find('}');
      if (end == std::string_view::npos) return expanded + "$" + std::string(text);
      expanded += lookup(text.substr(1, end - 1));
      text.remove_prefix(end + 1);
      continue;
    }
    std::size_t length = 0;
    while (length < text.size() && isNameCharacter(text[length])) ++length;
    expanded += length == 0 ? "$" : lookup(text.substr(0, length));
    text.remove_prefix(length);
  }
  return expanded;
}

std::string expandPath(std::string_view path, const std::string& home, const Lookup& lookup) {
  if (path.empty()) return {};
  std::string expanded(path);
  if (path == "~" || path.starts_with("~/")) expanded = home + std::string(path.substr(1));
  expanded = expandVariables(expanded, lookup);
  if (!expanded.starts_with('/')) expanded = home + "/" + expanded;
  return expanded;
}

std::vector<std::string> buildEnvironment(const EnvironmentInputs& inputs, const Manifest& manifest,
                                          const Secret& token) {
  Builder builder;
  builder.set("CODER", "true");
  builder.set("CODER_WORKSPACE_NAME", manifest.workspaceName);
  builder.set("CODER_WORKSPACE_AGENT_NAME", manifest.agentName);
  builder.set("CODER_WORKSPACE_OWNER_NAME", manifest.ownerName);
  builder.set("CODER_WORKSPACE_ID", manifest.workspaceId.toString());
  builder.set("CODER_AGENT_TOKEN", std::string(token.reveal()));
  builder.set("GIT_SSH_COMMAND", inputs.agentBinary + " gitssh --");
  builder.set("CS_DISABLE_GETTING_STARTED_OVERRIDE", "true");
  if (!manifest.portProxyUri.empty()) builder.set("VSCODE_PROXY_URI", manifest.portProxyUri);

  for (const auto& [name, value] : inputs.process) builder.setIfAbsent(name, value);
  for (const auto& [name, value] : inputs.client)
    if (!isStripped(name)) builder.setIfAbsent(name, value);
  builder.setIfAbsent("USER", inputs.user.name);
  builder.setIfAbsent("LOGNAME", inputs.user.name);
  builder.setIfAbsent("SHELL", inputs.user.shell);
  builder.setIfAbsent("HOME", inputs.user.home);

  const auto ofProcess = [&](std::string_view wanted) {
    for (const auto& [name, value] : inputs.process)
      if (name == wanted) return value;
    return std::string();
  };
  for (const auto& [name, value] : manifest.environment) builder.set(name, expandVariables(value, ofProcess));
  for (const UserSecret& secret : manifest.secrets)
    if (!secret.environmentName.empty()) builder.set(secret.environmentName, std::string(secret.value.reveal()));
  builder.set("GIT_ASKPASS", inputs.agentBinary);
  const std::string path = builder.get("PATH");
  if (!inputs.scriptDirectory.empty())
    builder.set("PATH", path.empty() ? inputs.scriptDirectory : inputs.scriptDirectory + ":" + path);
  return builder.take();
}

Variables processEnvironment() {
  Variables variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view line = *entry;
    const auto equals = line.find('=');
    if (equals != std::string_view::npos && equals > 0)
      variables.emplace_back(line.substr(0, equals), line.substr(equals + 1));
  }
  return variables;
}

std::string processVariable(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? "" : value;
}

namespace {

bool defines(const std::string& line, std::string_view name) {
  return line.size() > name.size() && line.starts_with(name) && line[name.size()] == '=';
}

}  // namespace

std::string findVariable(const std::vector<std::string>& environment, std::string_view name) {
  for (const std::string& line : environment)
    if (defines(line, name)) return line.substr(name.size() + 1);
  return {};
}

void setVariable(std::vector<std::string>& environment, std::string_view name, std::string_view value) {
  const std::string wanted = std::string(name) + "=" + std::string(value);
  for (std::string& line : environment)
    if (defines(line, name)) {
      line = wanted;
      return;
    }
  environment.push_back(wanted);
}

}  // namespace berth::agent
