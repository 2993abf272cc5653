#include "app/cli/WorkspaceName.h"

#include <algorithm>
#include <format>

#include "core/api/Names.h"

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

Result<void> checkNewName(const std::string& name, std::string_view kind) {
  if (api::isName(name)) return {};
  return fail(ErrorCode::InvalidInput,
              std::format("\"{}\" cannot be the name of a {}: take letters, digits and single dashes between them, at "
                          "most {}, and neither \"new\" nor \"create\"",
                          name, kind, api::kMaxNameBytes));
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
    return fail(ErrorCode::NotFound,
                std::format("workspace \"{0}\" has no agent to connect to: its template {1} makes no coder_agent that "
                            "a resource uses. Add one, push the template and run `berth update {0}`",
                            workspace.name, workspace.template_name));
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
