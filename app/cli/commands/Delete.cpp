#include <format>

#include "app/cli/Commands.h"
#include "app/cli/Terminal.h"
#include "app/cli/WorkspaceActions.h"

namespace berth::cli {

namespace {

struct DeleteOptions {
  std::string workspace;
  bool isOrphan = false;
  bool isSure = false;
};

Task<Result<int>> deleteWorkspace(Context& context, DeleteOptions options) {
  CO_TRY_ASSIGN(const auto session, context.session());
  CO_TRY_ASSIGN(const auto workspace, co_await findWorkspace(*session, options.workspace));
  if (!options.isSure)
    CO_TRY(confirm(std::format("Delete {}/{} with all that is in it?", workspace.owner_name, workspace.name)));
  CO_TRY(co_await runBuild(context, *session, workspace.id,
                           {.transition = Transition::Delete, .isOrphan = options.isOrphan}));
  print(std::format("The workspace {} has been deleted.", styled(Style::Bold, workspace.name)));
  co_return 0;
}

}  // namespace

void registerDelete(const Command& root) {
  const auto options = std::make_shared<DeleteOptions>();
  const auto command = root.add("delete", "Delete a workspace");
  command.alias("rm")
      .positional("workspace", options->workspace, "Its name, or owner/name")
      .flag("--orphan", options->isOrphan, "Forget the workspace without destroying its resources")
      .flag("--yes,-y", options->isSure, "Do not ask")
      .examples({"berth delete quickstart -y"});
  command.onRun([options](Context& context) { return deleteWorkspace(context, *options); });
}

}  // namespace berth::cli
