#include "core/server/routes/WorkspaceSettings.h"

#include "core/server/Services.h"
#include "core/server/http/Reply.h"
#include "core/server/http/Transactions.h"
#include "core/server/routes/Changes.h"
#include "core/server/workspaces/Access.h"
#include "core/server/workspaces/Schedule.h"
#include "core/server/workspaces/View.h"
#include "core/store/Builds.h"
#include "core/store/Jobs.h"
#include "core/store/Templates.h"
#include "core/store/Workspaces.h"

namespace berth::server::routes {

namespace {

using store::Transaction;

// Changes one workspace's row by `change` and tells the watchers; 204.
template <typename Change>
Task<Answer> updateSettings(Call& call, Change change) {
  CO_TRY_ASSIGN(const auto id, call.idParam<WorkspaceId>("workspace"));
  CO_TRY_ASSIGN(
      const auto changed,
      co_await inTransaction(call.services.store,
                             [actor = call.user(), id, change = std::move(change), now = call.services.clock.wallNow()](
                                 Transaction& tx) -> ApiResult<store::WorkspaceRecord> {
                               TRY_ASSIGN(auto workspace, workspaceFor(tx, actor, id, Action::Update));
                               TRY(change(tx, workspace));
                               workspace.updatedAt = now;
                               TRY(store::updateWorkspace(tx, workspace));
                               return workspace;
                             }));
  announceWorkspace(call.services, changed);
  co_return noContent();
}

Task<Answer> setFavorite(Call& call, bool isFavorite) {
  co_return co_await updateSettings(
      call,
      [isFavorite, caller = call.user().userId](Transaction&, store::WorkspaceRecord& workspace) -> ApiResult<void> {
        if (workspace.ownerId != caller) return apiFail(403, "You can only favorite workspaces that you own.");
        workspace.favorite = isFavorite;
        return {};
      });
}

}  // namespace

Task<Answer> putAutostart(Call& call) {
  CO_TRY_ASSIGN(const auto request, readJson<api::UpdateWorkspaceAutostartRequest>(call));
  co_return co_await updateSettings(
      call,
      [text = request.schedule.value_or(""), now = call.services.clock.wallNow()](
          Transaction& tx, store::WorkspaceRecord& workspace) -> ApiResult<void> {
        workspace.autostartSchedule = text;
        workspace.nextStartAt.reset();
        if (text.empty()) return {};
        TRY_ASSIGN(const auto of, store::getTemplate(tx, workspace.templateId));
        if (!of.allowUserAutostart)
          return apiFail(ApiError(400, "Autostart is not allowed for workspaces using this template.", {},
                                  {{"schedule", "Autostart is not allowed for workspaces using this template."}}));
        const auto schedule = parseSchedule(text);
        if (!schedule)
          return apiFail(ApiError(400, "Invalid autostart schedule.", {}, {{"schedule", schedule.error().message()}}));
        workspace.nextStartAt = nextStart(*schedule, now);
        return {};
      });
}

Task<Answer> putTtl(Call& call) {
  CO_TRY_ASSIGN(const auto request, readJson<api::UpdateWorkspaceTtlRequest>(call));
  CO_TRY_ASSIGN(const auto ttl, checkTtl(request.ttl_ms));
  co_return co_await updateSettings(call, [ttl](Transaction& tx, store::WorkspaceRecord& workspace) -> ApiResult<void> {
    TRY_ASSIGN(const auto of, store::getTemplate(tx, workspace.templateId));
    if (!of.allowUserAutostop)
      return apiFail(ApiError(400, "Error updating workspace time until shutdown.", {},
                              {{"ttl_ms", "custom autostop TTL is not allowed for this template"}}));
    workspace.ttlMs = ttl;
    // A running workspace without a time to live has no deadline any more.
    TRY_ASSIGN(auto build, store::findLatestBuild(tx, workspace.id));
    if (!ttl && build && build->deadline) {
      build->deadline.reset();
      TRY(store::updateBuild(tx, *build));
    }
    return {};
  });
}

namespace {

constexpr std::chrono::minutes kMinExtension{29};  // "at least 30 minutes", with a minute for slow clocks

ApiResult<store::WorkspaceRecord> extendDeadline(Transaction& tx, const Actor& actor, WorkspaceId id, WallTime deadline,
                                                 WallTime now) {
  TRY_ASSIGN(auto workspace, workspaceFor(tx, actor, id, Action::Update));
  TRY_ASSIGN(auto build, store::findLatestBuild(tx, id));
  if (!build) return apiFail(ApiError::notFound());
  TRY_ASSIGN(const auto job, store::getJob(tx, build->jobId));
  if (build->transition != Transition::Start)
    return apiFail(409, std::format("Workspace must be started, current status: {}", toString(build->transition)));
  if (job.isActive()) return apiFail(409, "Workspace is still building!");
  if (!build->deadline) return apiFail(409, "Workspace shutdown is manual.");
  if (deadline < now + kMinExtension)
    return apiFail(400, "Cannot extend workspace: new deadline must be at least 30 minutes in the future");
  if (build->maxDeadline && deadline > *build->maxDeadline)
    return apiFail(400, "Cannot extend workspace beyond max deadline.");
  build->deadline = deadline;
  build->updatedAt = now;
  TRY(store::updateBuild(tx, *build));
  return workspace;
}

}  // namespace

Task<Answer> putExtend(Call& call) {
  CO_TRY_ASSIGN(const auto id, call.idParam<WorkspaceId>("workspace"));
  CO_TRY_ASSIGN(const auto request, readJson<api::PutExtendWorkspaceRequest>(call));
  CO_TRY_ASSIGN(const auto workspace,
                co_await inTransaction(call.services.store, [actor = call.user(), id, deadline = request.deadline,
                                                             now = call.services.clock.wallNow()](Transaction& tx) {
                  return extendDeadline(tx, actor, id, deadline, now);
                }));
  announceWorkspace(call.services, workspace);
  co_return messageResponse(200, std::format("Deadline updated to {}.", formatRfc3339(request.deadline)));
}

Task<Answer> putDormant(Call& call) {
  CO_TRY_ASSIGN(const auto id, call.idParam<WorkspaceId>("workspace"));
  CO_TRY_ASSIGN(const auto request, readJson<api::UpdateWorkspaceDormancy>(call));
  struct Outcome {
    store::WorkspaceRecord record;
    std::optional<api::Workspace> view;  // empty: nothing changed
  };
  CO_TRY_ASSIGN(
      auto outcome,
      co_await inTransaction(call.services.store,
                             [actor = call.user(), id, isDormant = request.dormant,
                              now = call.services.clock.wallNow()](Transaction& tx) -> ApiResult<Outcome> {
                               TRY_ASSIGN(auto workspace, workspaceFor(tx, actor, id, Action::Update));
                               if (workspace.dormantAt.has_value() == isDormant)
                                 return Outcome{std::move(workspace), {}};
                               TRY_ASSIGN(const auto of, store::getTemplate(tx, workspace.templateId));
                               workspace.dormantAt = isDormant ? std::optional(now) : std::nullopt;
                               workspace.deletingAt.reset();
                               if (isDormant && of.timeTilDormantAutodeleteMs > 0)
                                 workspace.deletingAt = now + std::chrono::milliseconds(of.timeTilDormantAutodeleteMs);
                               workspace.lastUsedAt = now;
                               TRY(store::updateWorkspace(tx, workspace));
                               TRY_ASSIGN(auto view, readWorkspace(tx, workspace, {now, actor.userId, {}, {}}));
                               return Outcome{std::move(workspace), std::move(view)};
                             }));
  if (!outcome.view) co_return http::Response{304, {}, {}};
  announceWorkspace(call.services, outcome.record);
  co_return jsonResponse(200, *outcome.view);
}

Task<Answer> putAutoupdates(Call& call) {
  CO_TRY_ASSIGN(const auto request, readJson<api::UpdateWorkspaceAutomaticUpdatesRequest>(call));
  if (request.automatic_updates == AutomaticUpdates::Unknown)
    co_return apiFail(ApiError(400, "Invalid request", {}, {{"automatic_updates", "must be always or never"}}));
  co_return co_await updateSettings(
      call, [updates = request.automatic_updates](Transaction&, store::WorkspaceRecord& workspace) -> ApiResult<void> {
        workspace.automaticUpdates = updates;
        return {};
      });
}

Task<Answer> putFavorite(Call& call) { co_return co_await setFavorite(call, true); }
Task<Answer> deleteFavorite(Call& call) { co_return co_await setFavorite(call, false); }

}  // namespace berth::server::routes
