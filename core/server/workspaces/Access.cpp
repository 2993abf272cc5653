#include "core/server/workspaces/Access.h"

#include "core/store/Agents.h"
#include "core/store/Builds.h"
#include "core/store/Users.h"
#include "core/store/Workspaces.h"

namespace berth::server {

ApiResult<store::UserRecord> userNamed(store::Transaction& tx, const Actor& actor, std::string_view text) {
  std::optional<store::UserRecord> user;
  if (text == "me") {
    TRY_ASSIGN(user, store::findUser(tx, actor.userId));
  } else if (const auto id = UserId::parse(text)) {
    TRY_ASSIGN(user, store::findUser(tx, *id));
  } else {
    TRY_ASSIGN(user, store::findUserByUsername(tx, text));
  }
  if (!user) return apiFail(ApiError::notFound());
  return *std::move(user);
}

ApiResult<store::WorkspaceRecord> workspaceFor(store::Transaction& tx, const Actor& actor, WorkspaceId id,
                                               Action action) {
  TRY_ASSIGN(auto workspace, store::findWorkspace(tx, id));
  if (!workspace) return apiFail(ApiError::notFound());
  TRY(authorize(actor, action, {ObjectKind::Workspace, workspace->ownerId}));
  return *std::move(workspace);
}

ApiResult<BuildOfWorkspace> buildFor(store::Transaction& tx, const Actor& actor, BuildId id, Action action) {
  TRY_ASSIGN(auto build, store::findBuild(tx, id));
  if (!build) return apiFail(ApiError::notFound());
  TRY_ASSIGN(auto workspace, workspaceFor(tx, actor, build->workspaceId, action));
  return BuildOfWorkspace{*std::move(build), std::move(workspace)};
}

ApiResult<AgentOfWorkspace> agentFor(store::Transaction& tx, const Actor& actor, AgentId id, Action action) {
  constexpr const char* kNoAgent = "Agent doesn't exist with that id, or you do not have access to it.";
  TRY_ASSIGN(auto agent, store::findAgent(tx, id));
  if (!agent) return apiFail(404, kNoAgent);
  TRY_ASSIGN(auto workspace, store::findWorkspaceOfAgent(tx, id));
  if (!workspace || !isAllowed(actor, action, {ObjectKind::Workspace, workspace->ownerId}))
    return apiFail(404, kNoAgent);
  return AgentOfWorkspace{*std::move(agent), *std::move(workspace)};
}

}  // namespace berth::server
