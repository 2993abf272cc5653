#include "app/cli/WorkspaceName.h"

#include <algorithm>
#include <format>

namespace berth::cli {

namespace {

struct Parts {
  std::vector<std::string> names;
  bool onlyDots = true;
};

Parts splitName(std::string_view text) {
  Parts parts;
  std::string current;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool isDashes = text.substr(i, 2) == "--";
    if (text[i] != '/' && text[i] != '.' && !isDashes) {
      current += text[i];
      continue;
    }
    if (text[i] != '.') parts.onlyDots = false;
    if (isDashes) ++i;
    parts.names.push_back(std::move(current));
    current.clear();
  }
  parts.names.push_back(std::move(current));
  return parts;
}

}  // namespace

Result<WorkspaceName> parseWorkspaceName(std::string_view text) {
  const auto [names, onlyDots] = splitName(text);
  const bool hasEmpty = std::ranges::any_of(names, [](const auto& name) { return name.empty(); });
  if (hasEmpty || names.size() > 3)
    return fail(ErrorCode::InvalidInput,
                std::format("\"{}\" is no workspace name; write workspace, owner/workspace or workspace.agent", text));
  if (names.size() == 1) return WorkspaceName{.workspace = names[0]};
  if (names.size() == 2)
    return onlyDots ? WorkspaceName{.workspace = names[0], .agent = names[1]}
                    : WorkspaceName{.owner = names[0], .workspace = names[1]};
  return onlyDots ? WorkspaceName{.owner = names[2], .workspace = names[1], .agent = names[0]}
                  : WorkspaceName{.owner = names[0], .workspace = names[1], .agent = names[2]};
}

Result<void> checkNewName(const std::string& name) {
  constexpr std::size_t kMaxName = 32;
  const auto isAlphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  const bool hasOnlyAllowed = std::ranges::all_of(name, [&](char c) { return isAlphanumeric(c) || c == '-'; });
  if (!name.empty() && name.size() <= kMaxName && hasOnlyAllowed && name.front() != '-' && name.back() != '-' &&
      name.find("--") == std::string::npos && name != "new" && name != "create")
    return {};
  return fail(
      ErrorCode::InvalidInput,
      std::format("\"{}\" cannot be the name of a workspace: take letters, digits and single dashes, at most {}", name,
                  kMaxName));
}

std::string stripHostName(std::string text, const std::string& prefix, const std::string& suffix) {
  if (!prefix.empty() && text.starts_with(prefix)) text.erase(0, prefix.size());
  if (!suffix.empty() && text.ends_with("." + suffix)) text.resize(text.size() - suffix.size() - 1);
  return text;
}

Result<api::WorkspaceAgent> chooseAgent(const api::Workspace& workspace, const std::string& name) {
  std::vector<const api::WorkspaceAgent*> agents;
  for (const auto& resource : workspace.latest_build.resources) {
    if (!resource.agents) continue;
    for (const auto& agent : *resource.agents) agents.push_back(&agent);
  }
  if (agents.empty())
    return fail(ErrorCode::NotFound, std::format("workspace \"{}\" has no agent to connect to", workspace.name));
  std::string known;
  for (const auto* agent : agents) {
    if (agent->name == name) return *agent;
    known += (known.empty() ? "" : ", ") + agent->name;
  }
  if (!name.empty())
    return fail(ErrorCode::NotFound,
                std::format("agent not found by name \"{}\", available agents: [{}]", name, known));
  // Sub-agents are reached by name only.
  std::erase_if(agents, [](const auto* agent) { return agent->parent_id && !agent->parent_id->isNil(); });
  if (agents.size() != 1)
    return fail(ErrorCode::InvalidInput,
                std::format("multiple agents found, please specify the agent name, available agents: [{}], for "
                            "example: berth ssh {}.{}",
                            known, workspace.name, agents.empty() ? "agent" : agents.front()->name));
  return *agents.front();
}

}  // namespace berth::cli
