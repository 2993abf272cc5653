// What OpenTofu and its providers see as environment (reference/provisioning.md 2).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/provision/Tool.h"
#include "core/store/Records.h"

namespace berth::provision {

// Of the workspace that is built. An import knows little of this: the provider then uses its own defaults.
struct WorkspaceEnvironment {
  std::string accessUrl;
  Transition transition = Transition::Start;
  std::string workspaceId, workspaceName, buildId;
  std::string ownerId, ownerName, ownerFullName, ownerEmail, ownerLoginType;
  std::vector<std::string> ownerGroups, ownerRoles;
  std::string sshPublicKey, sshPrivateKey, sessionToken;
  std::string templateId, templateName, templateVersion;
};

// The host's, without what is meant for this program (CODER_*, BERTH_*), and where providers come from.
std::vector<std::string> baseEnvironment(const ToolSettings& settings, const std::filesystem::path& cliConfiguration,
                                         const std::filesystem::path& pluginCache);

// base and everything that the coder provider reads. Parameters of this and of the previous build by name.
std::vector<std::string> workspaceEnvironment(std::vector<std::string> base, const WorkspaceEnvironment& workspace,
                                              const store::TextMap& parameters, const store::TextMap& previous);

// The script that starts the agent in a new workspace (5.2); ${ACCESS_URL} and ${AUTH_TYPE} are left to the provider.
std::string agentScript(std::string_view architecture);

}  // namespace berth::provision
