#include "core/server/routes/Watch.h"

#include "core/api/Workspaces.h"
#include "core/server/Services.h"
#include "core/server/http/EventStream.h"
#include "core/server/http/Transactions.h"
#include "core/server/routes/Latency.h"
#include "core/server/workspaces/Access.h"
#include "core/server/workspaces/View.h"
#include "core/store/Workspaces.h"

namespace berth::server::routes {

namespace {

using store::Transaction;

// A build changes a workspace several times within a few milliseconds.
constexpr std::chrono::milliseconds kPace{20};

// Everything that shows in the workspace: its template, its job and its agents, which come and go with builds.
void follow(Events::Subscription& changes, const api::Workspace& workspace) {
  changes.add(subject(Topic::Template, workspace.template_id));
  changes.add(subject(Topic::Job, workspace.latest_build.job.id));
  for (const auto& resource : workspace.latest_build.resources) {
    if (!resource.agents) continue;
    for (const auto& agent : *resource.agents) changes.add(subject(Topic::Agent, agent.id));
  }
}

EventSource sourceFor(Services& services, Actor actor, WorkspaceId id) {
  return [&services, actor = std::move(actor), id](Events::Subscription& changes) -> Task<ApiResult<std::string>> {
    return [](Services& from, Actor who, WorkspaceId which,
              Events::Subscription& subscription) -> Task<ApiResult<std::string>> {
      CO_TRY_ASSIGN(
          auto workspace,
          co_await inTransaction(
              from.store, [who, which, now = from.clock.wallNow()](Transaction& tx) -> ApiResult<api::Workspace> {
                TRY_ASSIGN(const auto record, workspaceFor(tx, who, which, Action::Read));
                return readWorkspace(tx, record, {now, who.userId, {}, {}});
              }));
      follow(subscription, workspace);
      addLatency(from, workspace.latest_build);
      co_return api::toJson(workspace);
    }(services, actor, id, changes);
  };
}

Task<ApiResult<WorkspaceId>> readableWorkspace(Call& call) {
  CO_TRY_ASSIGN(const auto id, call.idParam<WorkspaceId>("workspace"));
  CO_TRY(co_await inTransaction(call.services.store, [actor = call.user(), id](Transaction& tx) {
    return workspaceFor(tx, actor, id, Action::Read);
  }));
  co_return id;
}

}  // namespace

Task<Answer> watchWorkspace(Call& call) {
  CO_TRY_ASSIGN(const auto id, co_await readableWorkspace(call));
  co_return co_await serveSentEvents(call, call.services.events.subscribe({subject(Topic::Workspace, id)}),
                                     sourceFor(call.services, call.user(), id), kPace);
}

Task<Answer> watchWorkspaceSocket(Call& call) {
  CO_TRY_ASSIGN(const auto id, co_await readableWorkspace(call));
  co_return co_await serveEventSocket(call, call.services.events.subscribe({subject(Topic::Workspace, id)}),
                                      sourceFor(call.services, call.user(), id), kPace);
}

}  // namespace berth::server::routes
