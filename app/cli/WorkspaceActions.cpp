#include "app/cli/WorkspaceActions.h"

#include <format>

#include "app/cli/JobWatcher.h"
#include "app/cli/Terminal.h"
#include "app/cli/WorkspaceName.h"

namespace berth::cli {

Task<Result<api::Workspace>> findWorkspace(client::Session& session, std::string name) {
  CO_TRY_ASSIGN(const auto parsed, parseWorkspaceName(name));
  auto workspace = co_await session.workspaceByName(parsed.owner, parsed.workspace);
  if (!workspace) co_return fail(workspace.error().in(std::format("workspace \"{}\"", name)));
  co_return workspace;
}

Task<Result<void>> runBuild(Context& context, client::Session& session, WorkspaceId workspace, BuildRun run) {
  api::CreateWorkspaceBuildRequest request;
  request.transition = run.transition;
  request.template_version_id = run.version;
  request.rich_parameter_values = api::omitEmpty(std::move(run.parameters));
  request.reason = api::omitEmpty(std::move(run.reason));
  if (run.isOrphan) request.orphan = true;
  CO_TRY_ASSIGN(const auto build, co_await session.createBuild(workspace, std::move(request)));
  if (!run.waits) co_return Result<void>();
  co_return co_await watchJob(context, buildJob(session, build),
                              run.isQuiet ? Shown::OnStandardError : Shown::Everything);
}

Task<Result<void>> startWorkspace(Context& context, client::Session& session, api::Workspace workspace,
                                  ParameterOptions options, BuildRun run) {
  const bool mustUpdate =
      workspace.automatic_updates == AutomaticUpdates::Always || workspace.template_require_active_version;
  const auto target = run.version.value_or(mustUpdate ? workspace.template_active_version_id
                                                      : workspace.latest_build.template_version_id);
  CO_TRY_ASSIGN(const auto templateVersion, co_await session.templateVersion(target));
  CO_TRY_ASSIGN(const auto last, co_await session.buildParameters(workspace.latest_build.id));
  ParameterQuestion question{.options = &options, .isUpdate = true};
  CO_TRY_ASSIGN(question.given, givenParameters(options));
  for (const auto& [name, value] : last) question.last[name] = value;
  CO_TRY_ASSIGN(run.parameters,
                co_await resolveParameters(session, templateVersion, workspace.template_use_classic_parameter_flow,
                                           workspace.owner_id, std::move(question)));
  run.version = target;
  co_return co_await runBuild(context, session, workspace.id, std::move(run));
}

Task<Result<void>> dryRun(Context& context, client::Session& session, const api::TemplateVersion& version,
                          std::string workspaceName, std::vector<api::ParameterValue> parameters) {
  CO_TRY_ASSIGN(const auto job, co_await session.startDryRun(
                                    version.id, {std::move(workspaceName), std::move(parameters), std::nullopt}));
  auto watched = co_await watchJob(context, dryRunJob(session, version.id, job.id), Shown::OnlyFailures);
  if (!watched) co_return fail(watched.error().in("plan the workspace"));
  CO_TRY_ASSIGN(const auto resources, co_await session.dryRunResources(version.id, job.id));
  print(describeResources(resources, false));
  co_return Result<void>();
}

std::string describeFailure(const api::Workspace& workspace) {
  const auto& build = workspace.latest_build;
  if (build.status != WorkspaceStatus::Failed && build.status != WorkspaceStatus::Canceled) return "";
  const std::string what = build.status == WorkspaceStatus::Canceled
                               ? "was cancelled"
                               : std::format("failed: {}", build.job.error.value_or("no reason was given"));
  const std::string name = std::format("{}/{}", workspace.owner_name, workspace.name);
  const bool isStart = build.transition == Transition::Start;
  return std::format("The last build ({0}) {1}\nSee its log with `berth logs {2}`; `berth {0} {2}` tries again{3}.",
                     toString(build.transition), what, name,
                     isStart ? std::format(", `berth delete {}` removes what is left", name) : "");
}

std::string describeResources(const std::vector<api::WorkspaceResource>& resources, bool showsAgentState) {
  std::string out;
  for (const auto& resource : resources) {
    if (resource.hide || resource.workspace_transition != Transition::Start) continue;
    out += std::format("{}{}.{}", out.empty() ? "" : "\n", resource.type, resource.name);
    if (!resource.agents) continue;
    for (const auto& agent : *resource.agents) {
      out += std::format("\n└─ {} ({}, {})", agent.name, agent.operating_system, agent.architecture);
      if (showsAgentState)
        out += std::format("  {}, {}  {}", toString(agent.status), toString(agent.lifecycle_state), agent.version);
      if (showsAgentState && agent.health.reason) out += std::format("\n   {}", *agent.health.reason);
    }
  }
  return out;
}

}  // namespace berth::cli
