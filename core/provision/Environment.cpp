#include "core/provision/Environment.h"

#include <boost/algorithm/string/replace.hpp>

#include "core/provision/Files.h"
#include "core/provision/JsonAccess.h"

namespace berth::provision {

namespace {

// The names that `coder_agent.arch` knows, for the one system that has an agent.
constexpr std::string_view kArchitectures[] = {"amd64", "arm64", "armv7"};

// Waits grow to half a minute and never end: the server may be away for a while when a machine starts.
constexpr std::string_view kAgentScript = R"SH(#!/bin/sh
set -eu
on_exit() {
  code=$?
  set +e
  echo "The workspace agent could not be started (code $code). The container stays up for a day so that you can look."
  sleep 86400
}
trap on_exit EXIT

url="${ACCESS_URL}bin/coder-linux-${ARCH}"
if [ -z "${BINARY_DIR:-}" ]; then
  BINARY_DIR=$(mktemp -d -t coder.XXXXXX)
fi
cd "$BINARY_DIR"

fetch() {
  if command -v curl >/dev/null 2>&1; then
    curl -fsSL --compressed "$url" -o coder || curl -fsSL "$url" -o coder
  elif command -v wget >/dev/null 2>&1; then
    wget -q "$url" -O coder
  elif command -v busybox >/dev/null 2>&1; then
    busybox wget -q "$url" -O coder
  else
    echo "This image has none of curl, wget and busybox, so the agent cannot be fetched." >&2
    exit 127
  fi
}

delay=1
until fetch; do
  echo "Fetching $url failed, next attempt in $delay s" >&2
  sleep "$delay"
  delay=$((delay * 2))
  [ "$delay" -le 30 ] || delay=30
done
chmod +x coder

if [ -n "${USE_CAP_NET_ADMIN:-}" ]; then
  sudo setcap CAP_NET_ADMIN=+ep ./coder || echo "CAP_NET_ADMIN could not be set" >&2
fi

export CODER_AGENT_AUTH="${AUTH_TYPE}"
export CODER_AGENT_URL="${ACCESS_URL}"
exec ./coder agent
)SH";

std::string jsonList(const std::vector<std::string>& texts) {
  json::array list;
  for (const auto& text : texts) list.emplace_back(text);
  return json::serialize(list);
}

// Site roles belong to no organization.
std::string jsonRoles(const std::vector<std::string>& names) {
  json::array list;
  for (const auto& name : names) list.push_back(json::object{{"name", name}, {"org_id", ""}});
  return json::serialize(list);
}

// The provider says "destroy" where the API says "delete".
std::string_view transitionWord(Transition transition) {
  return transition == Transition::Delete ? "destroy" : toString(transition);
}

}  // namespace

std::string agentScript(std::string_view architecture) {
  std::string script(kAgentScript);
  boost::replace_all(script, "${ARCH}", architecture);
  return script;
}

std::vector<std::string> baseEnvironment(const ToolSettings& settings, const std::filesystem::path& cliConfiguration,
                                         const std::filesystem::path& pluginCache) {
  std::vector<std::string> environment;
  bool hasOwnConfiguration = false;
  for (const auto& entry : settings.hostEnvironment) {
    if (entry.starts_with("CODER_") || entry.starts_with("BERTH_")) continue;
    hasOwnConfiguration |= entry.starts_with("TF_CLI_CONFIG_FILE=");
    environment.push_back(entry);
  }
  if (!hasOwnConfiguration && !cliConfiguration.empty())
    environment.push_back("TF_CLI_CONFIG_FILE=" + cliConfiguration.string());
  if (!pluginCache.empty()) environment.push_back("TF_PLUGIN_CACHE_DIR=" + pluginCache.string());
  environment.emplace_back("TF_IN_AUTOMATION=1");
  environment.emplace_back("CHECKPOINT_DISABLE=1");
  return environment;
}

std::vector<std::string> workspaceEnvironment(std::vector<std::string> base, const WorkspaceEnvironment& workspace,
                                              const store::TextMap& parameters, const store::TextMap& previous) {
  const auto set = [&](std::string_view name, std::string_view value) {
    base.push_back(std::format("{}={}", name, value));
  };
  set("CODER_AGENT_URL", workspace.accessUrl);
  set("CODER_WORKSPACE_TRANSITION", transitionWord(workspace.transition));
  set("CODER_WORKSPACE_ID", workspace.workspaceId);
  set("CODER_WORKSPACE_NAME", workspace.workspaceName);
  set("CODER_WORKSPACE_BUILD_ID", workspace.buildId);
  set("CODER_WORKSPACE_OWNER", workspace.ownerName);
  set("CODER_WORKSPACE_OWNER_ID", workspace.ownerId);
  set("CODER_WORKSPACE_OWNER_NAME", workspace.ownerFullName);
  set("CODER_WORKSPACE_OWNER_EMAIL", workspace.ownerEmail);
  set("CODER_WORKSPACE_OWNER_LOGIN_TYPE", workspace.ownerLoginType);
  set("CODER_WORKSPACE_OWNER_GROUPS", jsonList(workspace.ownerGroups));
  set("CODER_WORKSPACE_OWNER_RBAC_ROLES", jsonRoles(workspace.ownerRoles));
  set("CODER_WORKSPACE_OWNER_SSH_PUBLIC_KEY", workspace.sshPublicKey);
  set("CODER_WORKSPACE_OWNER_SSH_PRIVATE_KEY", workspace.sshPrivateKey);
  set("CODER_WORKSPACE_OWNER_OIDC_ACCESS_TOKEN", "");
  set("CODER_WORKSPACE_OWNER_SESSION_TOKEN", workspace.sessionToken);
  set("CODER_WORKSPACE_TEMPLATE_ID", workspace.templateId);
  set("CODER_WORKSPACE_TEMPLATE_NAME", workspace.templateName);
  set("CODER_WORKSPACE_TEMPLATE_VERSION", workspace.templateVersion);
  set("CODER_TASK_ID", "");
  set("CODER_TASK_PROMPT", "");
  for (const auto architecture : kArchitectures)
    set(std::format("CODER_AGENT_SCRIPT_linux_{}", architecture), agentScript(architecture));
  for (const auto& [name, value] : parameters) set("CODER_PARAMETER_" + sha256Hex(name), value);
  for (const auto& [name, value] : previous) set("CODER_PARAMETER_PREVIOUS_" + sha256Hex(name), value);
  return base;
}

}  // namespace berth::provision
