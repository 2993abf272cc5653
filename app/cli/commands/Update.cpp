#include <format>

#include "app/cli/Commands.h"
#include "app/cli/Terminal.h"
#include "app/cli/WorkspaceActions.h"

namespace berth::cli {

namespace {

struct UpdateOptions {
  std::string workspace;
  ParameterOptions parameters;
};

Task<Result<int>> update(Context& context, UpdateOptions options) {
  CO_TRY_ASSIGN(const auto session, context.session());
  CO_TRY_ASSIGN(const auto workspace, co_await findWorkspace(*session, options.workspace));
  const auto& asked = options.parameters;
  const bool wantsValues = asked.promptsAll || asked.promptsEphemeral || asked.promptsBuildOptions ||
                           !asked.ephemeral.empty() || !asked.buildOptions.empty();
  if (!workspace.outdated && !wantsValues) {
    print("The workspace is up to date.");
    co_return 0;
  }
  if (workspace.latest_build.transition == Transition::Start)
    CO_TRY(co_await runBuild(context, *session, workspace.id, {.transition = Transition::Stop}));
  CO_TRY(co_await startWorkspace(context, *session, workspace, options.parameters,
                                 {.version = workspace.template_active_version_id}));
  print(std::format("The workspace {} has been updated.", styled(Style::Bold, workspace.name)));
  co_return 0;
}

}  // namespace

void registerUpdate(const Command& root) {
  const auto options = std::make_shared<UpdateOptions>();
  const auto command = root.add("update", "Start a workspace with the newest version of its template");
  command.positional("workspace", options->workspace, "Its name, or owner/name").examples({"berth update quickstart"});
  declareParameterOptions(command, options->parameters);
  command.onRun([options](Context& context) { return update(context, *options); });
}

}  // namespace berth::cli
