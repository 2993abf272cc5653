#include "core/server/workspaces/List.h"

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>

#include "core/server/http/Authorization.h"
#include "core/store/Builds.h"
#include "core/store/Workspaces.h"

namespace berth::server {

namespace {

using store::Transaction;

std::string lower(std::string_view text) { return boost::to_lower_copy(std::string(text)); }

bool hasAgentIn(const api::Workspace& workspace, const std::vector<AgentStatus>& wanted) {
  for (const auto& resource : workspace.latest_build.resources) {
    if (!resource.agents) continue;
    for (const auto& agent : *resource.agents)
      if (std::ranges::find(wanted, agent.status) != wanted.end()) return true;
  }
  return false;
}

bool isHealthyAs(const api::Workspace& workspace, bool wanted) {
  return wanted ? hasAgentIn(workspace, {AgentStatus::Connected})
                : hasAgentIn(workspace, {AgentStatus::Disconnected, AgentStatus::Timeout});
}

// Cheap checks on the row, before its view is read.
bool mayMatch(const WorkspaceFilter& filter, const store::WorkspaceRecord& workspace) {
  if (!filter.ids.empty() && std::ranges::find(filter.ids, workspace.id.value) == filter.ids.end()) return false;
  if (filter.nameContains && !lower(workspace.name).contains(*filter.nameContains)) return false;
  if (filter.exactName && lower(workspace.name) != *filter.exactName) return false;
  if (filter.onlyDormant && !workspace.dormantAt) return false;
  if (filter.lastUsedBefore && workspace.lastUsedAt > *filter.lastUsedBefore) return false;
  return !filter.lastUsedAfter || workspace.lastUsedAt >= *filter.lastUsedAfter;
}

Result<bool> hasParameters(Transaction& tx, const WorkspaceFilter& filter, BuildId build) {
  if (filter.parameters.empty()) return true;
  TRY_ASSIGN(const auto values, store::listBuildParameters(tx, build));
  for (const auto& [name, wanted] : filter.parameters) {
    const bool isThere = std::ranges::any_of(values, [&](const auto& value) {
      return lower(value.name) == name && (!wanted || lower(value.value) == *wanted);
    });
    if (!isThere) return false;
  }
  return true;
}

auto orderOf(const api::Workspace& workspace) {
  const bool isRunning = workspace.latest_build.status == WorkspaceStatus::Running;
  return std::tuple(!workspace.favorite, !isRunning, lower(workspace.owner_name), lower(workspace.name));
}

}  // namespace

bool matches(const WorkspaceFilter& filter, const api::Workspace& workspace) {
  if (filter.matchesNothing || filter.shared == true || filter.hasAiTask == true || filter.hasExternalAgent == true)
    return false;
  if (filter.owner && lower(workspace.owner_name) != *filter.owner && workspace.owner_id.toString() != *filter.owner)
    return false;
  if (filter.organization && lower(workspace.organization_name) != *filter.organization &&
      workspace.organization_id.toString() != *filter.organization)
    return false;
  if (filter.templateName && lower(workspace.template_name) != *filter.templateName) return false;
  if (filter.status && workspace.latest_build.status != *filter.status) return false;
  if (filter.outdated && workspace.outdated != *filter.outdated) return false;
  if (!filter.hasAgent.empty() && !hasAgentIn(workspace, filter.hasAgent)) return false;
  return !filter.healthy || isHealthyAs(workspace, *filter.healthy);
}

ApiResult<api::WorkspacesResponse> readWorkspaceList(Transaction& tx, const Actor& actor, const WorkspaceFilter& filter,
                                                     const Page& page, const ViewContext& context) {
  std::vector<api::Workspace> found;
  TRY_ASSIGN(const auto records, store::listWorkspaces(tx));
  for (const auto& record : records) {
    if (!isAllowed(actor, Action::Read, {ObjectKind::Workspace, record.ownerId}) || !mayMatch(filter, record)) continue;
    TRY_ASSIGN(auto view, readWorkspace(tx, record, context));
    if (!matches(filter, view)) continue;
    TRY_ASSIGN(const bool hasThem, hasParameters(tx, filter, view.latest_build.id));
    if (hasThem) found.push_back(std::move(view));
  }
  std::ranges::sort(found, {}, orderOf);

  api::WorkspacesResponse response;
  response.count = std::ssize(found);
  const auto begin = std::min<std::int64_t>(page.offset, response.count);
  const auto end = page.limit > 0 ? std::min<std::int64_t>(begin + page.limit, response.count) : response.count;
  response.workspaces.assign(std::make_move_iterator(found.begin() + begin),
                             std::make_move_iterator(found.begin() + end));
  return response;
}

}  // namespace berth::server
