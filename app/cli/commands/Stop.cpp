#include <format>

#include "app/cli/Commands.h"
#include "app/cli/Terminal.h"
#include "app/cli/WorkspaceActions.h"

namespace berth::cli {

namespace {

struct StopOptions {
  std::string workspace;
  bool isSure = false;
};

Task<Result<int>> stop(Context& context, StopOptions options) {
  CO_TRY_ASSIGN(const auto session, context.session());
  if (!options.isSure) CO_TRY(confirm("Stop the workspace?"));
  CO_TRY_ASSIGN(const auto workspace, co_await findWorkspace(*session, options.workspace));
  CO_TRY(co_await runBuild(context, *session, workspace.id, {.transition = Transition::Stop}));
  print(std::format("The workspace {} has been stopped.", styled(Style::Bold, workspace.name)));
  co_return 0;
}

}  // namespace

void registerStop(const Command& root) {
  const auto options = std::make_shared<StopOptions>();
  const auto command = root.add("stop", "Stop a workspace");
  command.positional("workspace", options->workspace, "Its name, or owner/name")
      .flag("--yes,-y", options->isSure, "Do not ask")
      .examples({"berth stop quickstart -y"});
  command.onRun([options](Context& context) { return stop(context, *options); });
}

}  // namespace berth::cli
