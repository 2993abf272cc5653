#include <format>

#include "app/cli/Commands.h"
#include "app/cli/JobWatcher.h"
#include "app/cli/Terminal.h"
#include "app/cli/WorkspaceActions.h"

namespace berth::cli {

namespace {

struct StartOptions {
  std::string workspace;
  ParameterOptions parameters;
  bool isSure = false;
  bool isLeftAlone = false;
};

// What somebody may be after who starts what runs.
std::string describeRunning(const api::Workspace& workspace) {
  for (const auto& resource : workspace.latest_build.resources) {
    if (!resource.agents) continue;
    for (const auto& agent : *resource.agents)
      if (agent.status == AgentStatus::Disconnected || agent.status == AgentStatus::Timeout)
        return std::format(
            "The workspace is already running, but its agent {} is {}: if it stays away, its machine may be gone. "
            "Try `berth restart {}`.",
            agent.name, agent.status == AgentStatus::Timeout ? "late" : "disconnected", workspace.name);
  }
  return "The workspace is already running.";
}

// A failed start may have left half of the resources; a stop clears them.
Task<Result<void>> clearFailedStart(Context& context, client::Session& session, const api::Workspace& workspace) {
  const auto& build = workspace.latest_build;
  if (build.status != WorkspaceStatus::Failed || build.transition != Transition::Start) co_return Result<void>();
  co_return co_await runBuild(context, session, workspace.id, {.transition = Transition::Stop});
}

Task<Result<int>> start(Context& context, StartOptions options) {
  CO_TRY_ASSIGN(const auto session, context.session());
  CO_TRY_ASSIGN(auto workspace, co_await findWorkspace(*session, options.workspace));
  const auto& build = workspace.latest_build;
  if (build.status == WorkspaceStatus::Running) {
    print(describeRunning(workspace));
    co_return 0;
  }
  if (build.status == WorkspaceStatus::Starting) {
    CO_TRY(co_await watchJob(context, buildJob(*session, build), Shown::Everything));
    co_return 0;
  }
  if (workspace.dormant_at) CO_TRY(co_await session->setDormant(workspace.id, false));
  CO_TRY(co_await clearFailedStart(context, *session, workspace));
  const std::string name = workspace.name;
  BuildRun run{.waits = !options.isLeftAlone};
  auto started = co_await startWorkspace(context, *session, workspace, options.parameters, run);
  // The template may demand its active version.
  if (!started && started.error().code() == ErrorCode::PermissionDenied) {
    run.version = workspace.template_active_version_id;
    started = co_await startWorkspace(context, *session, workspace, options.parameters, run);
  }
  if (!started) co_return fail(started.error());
  print(std::format("The workspace {} has been {}.", styled(Style::Bold, name),
                    options.isLeftAlone ? "told to start" : "started"));
  co_return 0;
}

}  // namespace

void registerStart(const Command& root) {
  const auto options = std::make_shared<StartOptions>();
  const auto command = root.add("start", "Start a workspace");
  command.positional("workspace", options->workspace, "Its name, or owner/name")
      .flag("--no-wait", options->isLeftAlone, "Do not watch the build")
      .flag("--yes,-y", options->isSure, "Do not ask")
      .examples({"berth start quickstart", "berth start quickstart --parameter cpus=4"});
  declareParameterOptions(command, options->parameters);
  command.onRun([options](Context& context) { return start(context, *options); });
}

}  // namespace berth::cli
