#include "core/server/routes/Workspaces.h"

#include "core/provision/Parameters.h"
#include "core/server/Services.h"
#include "core/server/http/Reply.h"
#include "core/server/http/Transactions.h"
#include "core/server/routes/Changes.h"
#include "core/server/routes/Latency.h"
#include "core/server/workspaces/Access.h"
#include "core/server/workspaces/Builder.h"
#include "core/server/workspaces/List.h"
#include "core/server/workspaces/Search.h"
#include "core/server/workspaces/View.h"
#include "core/store/Builds.h"
#include "core/store/Templates.h"
#include "core/store/Workspaces.h"

namespace berth::server::routes {

namespace {

using store::Transaction;

ViewContext viewContext(const Call& call) { return {call.services.clock.wallNow(), call.user().userId, {}, {}}; }

http::Response workspaceResponse(const Call& call, int status, api::Workspace workspace) {
  addLatency(call.services, workspace.latest_build);
  return jsonResponse(status, workspace);
}

// Activity moves a deadline on, never beyond its maximum (reference/provisioning.md 7.5).
Result<void> bumpDeadline(Transaction& tx, const store::WorkspaceRecord& workspace, WallTime now) {
  TRY_ASSIGN(auto build, store::findLatestBuild(tx, workspace.id));
  if (!build || !build->deadline || build->transition != Transition::Start) return {};
  TRY_ASSIGN(const auto of, store::getTemplate(tx, workspace.templateId));
  auto wanted = now + std::chrono::milliseconds(of.activityBumpMs);
  if (build->maxDeadline) wanted = std::min<WallTime>(wanted, *build->maxDeadline);
  if (wanted <= *build->deadline) return {};
  build->deadline = wanted;
  return store::updateBuild(tx, *build);
}

}  // namespace

Task<Answer> listWorkspaces(Call& call) {
  CO_TRY_ASSIGN(auto filter, parseWorkspaceFilter(call.queryOr("q", ""), call.user().username));
  CO_TRY_ASSIGN(const auto limit, call.numberQuery("limit", 0));
  CO_TRY_ASSIGN(const auto offset, call.numberQuery("offset", 0));
  CO_TRY_ASSIGN(auto page,
                co_await inTransaction(call.services.store, [actor = call.user(), filter = std::move(filter), limit,
                                                             offset, context = viewContext(call)](Transaction& tx) {
                  return readWorkspaceList(tx, actor, filter, {limit, offset}, context);
                }));
  for (auto& workspace : page.workspaces) addLatency(call.services, workspace.latest_build);
  co_return jsonResponse(200, page);
}

Task<Answer> createWorkspace(Call& call) {
  CO_TRY_ASSIGN(auto request, readJson<api::CreateWorkspaceRequest>(call));
  struct Made {
    store::WorkspaceRecord record;
    api::Workspace view;
  };
  CO_TRY_ASSIGN(auto made, co_await inTransaction(
                               call.services.store,
                               [actor = call.user(), owner = call.param("user"), request = std::move(request),
                                context = viewContext(call)](Transaction& tx) -> ApiResult<Made> {
                                 TRY_ASSIGN(const auto user, userNamed(tx, actor, owner));
                                 TRY_ASSIGN(auto record, insertNewWorkspace(tx, actor, user, request, context.now));
                                 TRY_ASSIGN(auto view, readWorkspace(tx, record, context));
                                 return Made{std::move(record), std::move(view)};
                               }));
  announceWorkspace(call.services, made.record);
  announceJob(call.services, made.view.latest_build.job.id);
  co_return workspaceResponse(call, 201, std::move(made.view));
}

Task<Answer> getWorkspace(Call& call) {
  CO_TRY_ASSIGN(const auto id, call.idParam<WorkspaceId>("workspace"));
  CO_TRY_ASSIGN(const bool includesDeleted, call.boolQuery("include_deleted", false));
  CO_TRY_ASSIGN(auto view, co_await inTransaction(
                               call.services.store,
                               [actor = call.user(), id, includesDeleted,
                                context = viewContext(call)](Transaction& tx) -> ApiResult<api::Workspace> {
                                 TRY_ASSIGN(const auto record, workspaceFor(tx, actor, id, Action::Read));
                                 if (record.deleted && !includesDeleted)
                                   return apiFail(
                                       410, std::format("Workspace \"{}\" was deleted, you can view this workspace by "
                                                        "specifying '?deleted=true' and trying again.",
                                                        id.toString()));
                                 return readWorkspace(tx, record, context);
                               }));
  co_return workspaceResponse(call, 200, std::move(view));
}

Task<Answer> getWorkspaceByName(Call& call) {
  CO_TRY_ASSIGN(const bool includesDeleted, call.boolQuery("include_deleted", false));
  CO_TRY_ASSIGN(auto view,
                co_await inTransaction(
                    call.services.store,
                    [actor = call.user(), owner = call.param("user"), name = call.param("workspacename"),
                     includesDeleted, context = viewContext(call)](Transaction& tx) -> ApiResult<api::Workspace> {
                      TRY_ASSIGN(const auto user, userNamed(tx, actor, owner));
                      TRY_ASSIGN(const auto record, store::findWorkspaceByName(tx, user.id, name, includesDeleted));
                      if (!record) return apiFail(ApiError::notFound());
                      TRY(authorize(actor, Action::Read, {ObjectKind::Workspace, record->ownerId}));
                      return readWorkspace(tx, *record, context);
                    }));
  co_return workspaceResponse(call, 200, std::move(view));
}

// Renaming is off, as it is in a stock deployment: names stand in resources that templates made.
Task<Answer> renameWorkspace(Call& call) {
  CO_TRY_ASSIGN(const auto id, call.idParam<WorkspaceId>("workspace"));
  CO_TRY_ASSIGN(const auto request, readJson<api::UpdateWorkspaceRequest>(call));
  CO_TRY_ASSIGN(const auto record,
                co_await inTransaction(call.services.store, [actor = call.user(), id](Transaction& tx) {
                  return workspaceFor(tx, actor, id, Action::Update);
                }));
  if (record.deleted)
    co_return apiFail(405, std::format("Workspace \"{}\" was deleted and can't be renamed.", record.name));
  const auto name = request.name.value_or("");
  if (name.empty() || name == record.name) co_return noContent();
  co_return apiFail(400, "Workspace renames are not allowed.");
}

Task<Answer> resolveAutostart(Call& call) {
  CO_TRY_ASSIGN(const auto id, call.idParam<WorkspaceId>("workspace"));
  CO_TRY_ASSIGN(
      const bool mismatches,
      co_await inTransaction(call.services.store, [actor = call.user(), id](Transaction& tx) -> ApiResult<bool> {
        TRY_ASSIGN(const auto workspace, workspaceFor(tx, actor, id, Action::Read));
        TRY_ASSIGN(const auto of, store::getTemplate(tx, workspace.templateId));
        TRY_ASSIGN(const auto build, store::findLatestBuild(tx, id));
        const bool updates = of.requireActiveVersion || workspace.automaticUpdates == AutomaticUpdates::Always;
        if (!build || !updates || build->templateVersionId == of.activeVersionId) return false;
        provision::ParameterSources sources{.hasPrevious = true};
        TRY_ASSIGN(const auto values, store::listBuildParameters(tx, build->id));
        for (const auto& value : values) sources.previous[value.name] = value.value;
        TRY_ASSIGN(const auto declared, store::listTemplateVersionParameters(tx, of.activeVersionId));
        return !provision::resolveParameters(declared, sources).problems.empty();
      }));
  co_return jsonResponse(200, api::ResolveAutostartResponse{mismatches});
}

// The body says which program is in use; without sessions statistics it doesn't matter which, and it may be absent.
Task<Answer> postUsage(Call& call) {
  CO_TRY_ASSIGN(const auto id, call.idParam<WorkspaceId>("workspace"));
  CO_TRY(co_await inTransaction(
      call.services.store,
      [actor = call.user(), id, now = call.services.clock.wallNow()](Transaction& tx) -> ApiResult<void> {
        TRY_ASSIGN(const auto workspace, workspaceFor(tx, actor, id, Action::Update));
        TRY(store::setWorkspaceLastUsed(tx, id, now));
        TRY(bumpDeadline(tx, workspace, now));
        return {};
      }));
  co_return noContent();
}

namespace {

api::PortShare toApi(const store::PortShareRecord& share) {
  return {share.workspaceId, share.agentName, share.port, share.shareLevel, share.protocol};
}

ApiResult<store::PortShareRecord> readPortShare(const Call& call, WorkspaceId id) {
  TRY_ASSIGN(const auto share, readJson<api::PortShare>(call));
  if (share.port < 9 || share.port > 65535)
    return apiFail(ApiError::invalidField("port", "The port must be between 9 and 65535."));
  return store::PortShareRecord{id, share.agent_name, share.port, share.share_level,
                                share.protocol.empty() ? "http" : share.protocol};
}

}  // namespace

Task<Answer> listPortShares(Call& call) {
  CO_TRY_ASSIGN(const auto id, call.idParam<WorkspaceId>("workspace"));
  CO_TRY_ASSIGN(const auto shares,
                co_await inTransaction(
                    call.services.store,
                    [actor = call.user(), id](Transaction& tx) -> ApiResult<std::vector<store::PortShareRecord>> {
                      TRY(workspaceFor(tx, actor, id, Action::Read));
                      TRY_ASSIGN(auto list, store::listPortShares(tx, id));
                      return list;
                    }));
  api::PortShares views;
  for (const auto& share : shares) views.shares.push_back(toApi(share));
  co_return jsonResponse(200, views);
}

Task<Answer> putPortShare(Call& call) {
  CO_TRY_ASSIGN(const auto id, call.idParam<WorkspaceId>("workspace"));
  CO_TRY_ASSIGN(const auto share, readPortShare(call, id));
  if (share.shareLevel == SharingLevel::Unknown)
    co_return apiFail(ApiError::invalidField("share_level", "must be owner, authenticated, organization or public"));
  if (share.protocol != "http" && share.protocol != "https")
    co_return apiFail(ApiError::invalidField("protocol", "must be http or https"));
  CO_TRY(
      co_await inTransaction(call.services.store, [actor = call.user(), id, share](Transaction& tx) -> ApiResult<void> {
        TRY(workspaceFor(tx, actor, id, Action::Update));
        TRY(store::putPortShare(tx, share));
        return {};
      }));
  co_return jsonResponse(200, toApi(share));
}

Task<Answer> deletePortShare(Call& call) {
  CO_TRY_ASSIGN(const auto id, call.idParam<WorkspaceId>("workspace"));
  CO_TRY_ASSIGN(const auto share, readPortShare(call, id));
  CO_TRY_ASSIGN(
      const bool existed,
      co_await inTransaction(call.services.store, [actor = call.user(), id, share](Transaction& tx) -> ApiResult<bool> {
        TRY(workspaceFor(tx, actor, id, Action::Update));
        TRY_ASSIGN(const bool found, store::deletePortShare(tx, id, share.agentName, share.port));
        return found;
      }));
  if (!existed) co_return apiFail(404, "Port share not found.");
  co_return http::Response();
}

}  // namespace berth::server::routes
