#include "core/server/routes/Builds.h"

#include <charconv>

#include "core/provision/Worker.h"
#include "core/server/Services.h"
#include "core/server/http/Reply.h"
#include "core/server/http/Transactions.h"
#include "core/server/routes/Changes.h"
#include "core/server/routes/JobLogs.h"
#include "core/server/routes/Latency.h"
#include "core/server/workspaces/Access.h"
#include "core/server/workspaces/Builder.h"
#include "core/server/workspaces/View.h"
#include "core/store/Agents.h"
#include "core/store/Builds.h"
#include "core/store/Jobs.h"
#include "core/store/Templates.h"
#include "core/store/Workspaces.h"

namespace berth::server::routes {

namespace {

using store::Transaction;

ViewContext viewContext(const Call& call) { return {call.services.clock.wallNow(), call.user().userId, {}, {}}; }

http::Response buildResponse(const Call& call, int status, api::WorkspaceBuild build) {
  addLatency(call.services, build);
  return jsonResponse(status, build);
}

// The build that the path names, after it was authorised.
Task<ApiResult<BuildOfWorkspace>> buildOfPath(Call& call, Action action) {
  CO_TRY_ASSIGN(const auto id, call.idParam<BuildId>("workspacebuild"));
  co_return co_await inTransaction(call.services.store, [actor = call.user(), id, action](Transaction& tx) {
    return buildFor(tx, actor, id, action);
  });
}

}  // namespace

Task<Answer> createBuild(Call& call) {
  CO_TRY_ASSIGN(const auto id, call.idParam<WorkspaceId>("workspace"));
  CO_TRY_ASSIGN(const auto body, readJson<api::CreateWorkspaceBuildRequest>(call));
  CO_TRY_ASSIGN(auto request, readBuildRequest(body));
  struct Made {
    store::WorkspaceRecord workspace;
    api::WorkspaceBuild view;
  };
  CO_TRY_ASSIGN(auto made,
                co_await inTransaction(call.services.store,
                                       [actor = call.user(), id, request = std::move(request),
                                        context = viewContext(call)](Transaction& tx) -> ApiResult<Made> {
                                         TRY_ASSIGN(auto workspace, workspaceFor(tx, actor, id, Action::Read));
                                         TRY_ASSIGN(const auto build,
                                                    insertNewBuild(tx, actor, workspace, request, context.now));
                                         TRY_ASSIGN(auto view, readBuild(tx, build, workspace, context));
                                         return Made{std::move(workspace), std::move(view)};
                                       }));
  announceWorkspace(call.services, made.workspace);
  announceJob(call.services, made.view.job.id);
  co_return buildResponse(call, 201, std::move(made.view));
}

Task<Answer> listBuilds(Call& call) {
  CO_TRY_ASSIGN(const auto id, call.idParam<WorkspaceId>("workspace"));
  CO_TRY_ASSIGN(const auto limit, call.numberQuery("limit", 0));
  CO_TRY_ASSIGN(const auto offset, call.numberQuery("offset", 0));
  std::optional<WallTime> since;
  if (const auto text = call.queryOr("since", ""); !text.empty()) {
    since = parseRfc3339(text);
    if (!since)
      co_return apiFail(400, "Failed to parse 'since' time.", "It must be RFC 3339, such as 2026-01-02T15:04:05Z.");
  }
  CO_TRY_ASSIGN(auto views,
                co_await inTransaction(call.services.store,
                                       [actor = call.user(), id, limit, offset, since, context = viewContext(call)](
                                           Transaction& tx) -> ApiResult<std::vector<api::WorkspaceBuild>> {
                                         TRY_ASSIGN(const auto workspace, workspaceFor(tx, actor, id, Action::Read));
                                         TRY_ASSIGN(const auto builds, store::listBuilds(tx, id));
                                         std::vector<api::WorkspaceBuild> out;
                                         std::int64_t skipped = 0;
                                         for (const auto& build : builds) {
                                           if (since && build.createdAt < *since) continue;
                                           if (skipped++ < offset) continue;
                                           if (limit > 0 && std::ssize(out) == limit) break;
                                           TRY_ASSIGN(auto view, readBuild(tx, build, workspace, context));
                                           out.push_back(std::move(view));
                                         }
                                         return out;
                                       }));
  co_return jsonResponse(200, views);
}

Task<Answer> getBuild(Call& call) {
  CO_TRY_ASSIGN(const auto id, call.idParam<BuildId>("workspacebuild"));
  CO_TRY_ASSIGN(auto view, co_await inTransaction(call.services.store,
                                                  [actor = call.user(), id, context = viewContext(call)](
                                                      Transaction& tx) -> ApiResult<api::WorkspaceBuild> {
                                                    TRY_ASSIGN(const auto found, buildFor(tx, actor, id, Action::Read));
                                                    return readBuild(tx, found.build, found.workspace, context);
                                                  }));
  co_return buildResponse(call, 200, std::move(view));
}

Task<Answer> getBuildByNumber(Call& call) {
  std::int64_t number = 0;
  const auto& text = call.param("buildnumber");
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || stop != text.data() + text.size())
    co_return apiFail(400, "Failed to parse build number as integer.", std::format("\"{}\" is no number", text));
  CO_TRY_ASSIGN(auto view,
                co_await inTransaction(
                    call.services.store,
                    [actor = call.user(), owner = call.param("user"), name = call.param("workspacename"), number,
                     context = viewContext(call)](Transaction& tx) -> ApiResult<api::WorkspaceBuild> {
                      TRY_ASSIGN(const auto user, userNamed(tx, actor, owner));
                      TRY_ASSIGN(const auto workspace, store::findWorkspaceByName(tx, user.id, name));
                      if (!workspace) return apiFail(ApiError::notFound());
                      TRY(authorize(actor, Action::Read, {ObjectKind::Workspace, workspace->ownerId}));
                      TRY_ASSIGN(const auto build, store::findBuildByNumber(tx, workspace->id, number));
                      if (!build)
                        return apiFail(404, std::format("Workspace \"{}\" Build {} does not exist.", name, number));
                      return readBuild(tx, *build, *workspace, context);
                    }));
  co_return buildResponse(call, 200, std::move(view));
}

namespace {

ApiResult<BuildOfWorkspace> cancel(Transaction& tx, const Actor& actor, BuildId id, const std::string& expected,
                                   WallTime now) {
  TRY_ASSIGN(auto found, buildFor(tx, actor, id, Action::Update));
  TRY_ASSIGN(const auto job, store::getJob(tx, found.build.jobId));
  TRY_ASSIGN(const auto of, store::getTemplate(tx, found.workspace.templateId));
  if (!of.allowUserCancelWorkspaceJobs && !actor.isOwner() && expected != "pending")
    return apiFail(403, "User is not allowed to cancel workspace builds. Owner role is required.");
  if (!expected.empty() && toString(job.status()) != expected)
    return apiFail(412, "Job is not in the expected state.",
                   std::format("Expected {}, but it is {}.", expected, toString(job.status())));
  if (job.completedAt) return apiFail(400, "Job has already completed!");
  if (job.canceledAt) return apiFail(400, "Job has already been marked as canceled!");
  TRY(store::cancelJob(tx, job.id, now));
  return found;
}

}  // namespace

Task<Answer> cancelBuild(Call& call) {
  CO_TRY_ASSIGN(const auto id, call.idParam<BuildId>("workspacebuild"));
  const auto expected = call.queryOr("expect_status", "");
  if (!expected.empty() && expected != "pending" && expected != "running")
    co_return apiFail(400,
                      std::format("Invalid expect_status \"{}\". Only 'pending' or 'running' are allowed.", expected));
  CO_TRY_ASSIGN(const auto found,
                co_await inTransaction(call.services.store,
                                       [actor = call.user(), id, expected, now = call.services.clock.wallNow()](
                                           Transaction& tx) { return cancel(tx, actor, id, expected, now); }));
  if (call.services.worker) call.services.worker->cancel(found.build.jobId);
  call.services.events.publish(Topic::Job, found.build.jobId);
  announceWorkspace(call.services, found.workspace);
  co_return messageResponse(200, "Job has been marked as canceled...");
}

Task<Answer> buildParameters(Call& call) {
  CO_TRY_ASSIGN(const auto found, co_await buildOfPath(call, Action::Read));
  CO_TRY_ASSIGN(const auto parameters, co_await call.services.store.run([id = found.build.id](Transaction& tx) {
    return store::listBuildParameters(tx, id);
  }));
  std::vector<api::ParameterValue> views;
  for (const auto& parameter : parameters) views.push_back({parameter.name, parameter.value});
  co_return jsonResponse(200, views);
}

Task<Answer> buildResources(Call& call) {
  CO_TRY_ASSIGN(const auto found, co_await buildOfPath(call, Action::Read));
  CO_TRY_ASSIGN(const auto resources,
                co_await call.services.store.run([job = found.build.jobId, context = viewContext(call)](
                                                     Transaction& tx) { return readResources(tx, job, context); }));
  co_return jsonResponse(200, resources);
}

Task<Answer> buildLogs(Call& call) {
  CO_TRY_ASSIGN(const auto found, co_await buildOfPath(call, Action::Read));
  co_return co_await serveJobLogs(call, found.build.jobId);
}

// The state may hold secrets of the template's author.
Task<Answer> buildState(Call& call) {
  CO_TRY_ASSIGN(const auto found, co_await buildOfPath(call, Action::Read));
  CO_TRY(call.authorize(Action::Update, {ObjectKind::Template, {}}));
  CO_TRY_ASSIGN(const auto state, co_await call.services.store.run(
                                      [id = found.build.id](Transaction& tx) { return store::getBuildState(tx, id); }));
  co_return textResponse(200, std::string(asText(state)), "application/json");
}

Task<Answer> putBuildState(Call& call) {
  CO_TRY_ASSIGN(const auto request, readJson<api::UpdateBuildStateRequest>(call));
  auto state = parseBase64(request.state);
  if (!state) co_return apiFail(ApiError::invalidField("state", "must be base64"));
  CO_TRY_ASSIGN(const auto found, co_await buildOfPath(call, Action::Read));
  if (!isAllowed(call.user(), Action::Update, {ObjectKind::Template, {}})) co_return apiFail(ApiError::notFound());
  CO_TRY(co_await call.services.store.run(
      [id = found.build.id, state = *std::move(state), now = call.services.clock.wallNow()](Transaction& tx) {
        return store::setBuildState(tx, id, state, now);
      }));
  co_return noContent();
}

namespace {

Result<api::WorkspaceBuildTimings> readTimings(Transaction& tx, JobId job) {
  api::WorkspaceBuildTimings out;
  TRY_ASSIGN(const auto timings, store::listJobTimings(tx, job));
  for (const auto& timing : timings)
    out.provisioner_timings.push_back(
        {timing.jobId, timing.startedAt, timing.endedAt, timing.stage, timing.source, timing.action, timing.resource});
  TRY_ASSIGN(const auto agents, store::listAgentsOfJob(tx, job));
  TRY_ASSIGN(const auto scripts, store::listAgentScriptTimings(tx, job));
  for (const auto& agent : agents) {
    if (agent.firstConnectedAt)
      out.agent_connection_timings.push_back(
          {agent.createdAt, *agent.firstConnectedAt, "connect", agent.id.toString(), agent.name});
    TRY_ASSIGN(const auto declared, store::listAgentScripts(tx, agent.id));
    for (const auto& timing : scripts) {
      if (timing.agentId != agent.id) continue;
      const auto script = std::ranges::find(declared, timing.scriptId, &store::AgentScriptRecord::id);
      out.agent_script_timings.push_back(
          {timing.startedAt, timing.endedAt, timing.exitCode, timing.stage, std::string(toString(timing.status)),
           script == declared.end() ? std::string() : script->displayName, agent.id.toString(), agent.name});
    }
  }
  return out;
}

}  // namespace

Task<Answer> buildTimings(Call& call) {
  CO_TRY_ASSIGN(const auto found, co_await buildOfPath(call, Action::Read));
  CO_TRY_ASSIGN(const auto timings, co_await call.services.store.run(
                                        [job = found.build.jobId](Transaction& tx) { return readTimings(tx, job); }));
  co_return jsonResponse(200, timings);
}

Task<Answer> workspaceTimings(Call& call) {
  CO_TRY_ASSIGN(const auto id, call.idParam<WorkspaceId>("workspace"));
  CO_TRY_ASSIGN(
      const auto timings,
      co_await inTransaction(call.services.store,
                             [actor = call.user(), id](Transaction& tx) -> ApiResult<api::WorkspaceBuildTimings> {
                               TRY(workspaceFor(tx, actor, id, Action::Read));
                               TRY_ASSIGN(const auto build, store::findLatestBuild(tx, id));
                               if (!build) return apiFail(ApiError::notFound());
                               return readTimings(tx, build->jobId);
                             }));
  co_return jsonResponse(200, timings);
}

}  // namespace berth::server::routes
