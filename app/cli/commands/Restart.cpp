#include <format>

#include "app/cli/Commands.h"
#include "app/cli/Terminal.h"
#include "app/cli/WorkspaceActions.h"

namespace berth::cli {

namespace {

struct RestartOptions {
  std::string workspace;
  ParameterOptions parameters;
  bool isSure = false;
};

Task<Result<int>> restart(Context& context, RestartOptions options) {
  CO_TRY_ASSIGN(const auto session, context.session());
  CO_TRY_ASSIGN(const auto workspace, co_await findWorkspace(*session, options.workspace));
  if (!options.isSure) CO_TRY(confirm("Restart the workspace?"));
  CO_TRY(co_await runBuild(context, *session, workspace.id, {.transition = Transition::Stop}));
  CO_TRY(co_await startWorkspace(context, *session, workspace, options.parameters));
  print(std::format("The workspace {} has been restarted.", styled(Style::Bold, workspace.name)));
  co_return 0;
}

}  // namespace

void registerRestart(const Command& root) {
  const auto options = std::make_shared<RestartOptions>();
  const auto command = root.add("restart", "Restart a workspace");
  command.positional("workspace", options->workspace, "Its name, or owner/name")
      .flag("--yes,-y", options->isSure, "Do not ask")
      .examples({"berth restart quickstart -y"});
  declareParameterOptions(command, options->parameters);
  command.onRun([options](Context& context) { return restart(context, *options); });
}

}  // namespace berth::cli
