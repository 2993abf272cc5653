#include <format>

#include "app/cli/Commands.h"
#include "app/cli/Durations.h"
#include "app/cli/Terminal.h"
#include "app/cli/WorkspaceActions.h"

namespace berth::cli {

namespace {

struct ShowOptions {
  std::string workspace;
  bool showsDetails = false;
};

Task<Result<int>> show(Context& context, ShowOptions options) {
  CO_TRY_ASSIGN(const auto session, context.session());
  CO_TRY_ASSIGN(const auto workspace, co_await findWorkspace(*session, options.workspace));
  const auto& build = workspace.latest_build;
  print(std::format("{}/{}  {}  template {} {}{}  built {}", workspace.owner_name, styled(Style::Bold, workspace.name),
                    toString(build.status), workspace.template_name, build.template_version_name,
                    workspace.outdated ? " (outdated)" : "", formatAge(build.created_at, context.now())));
  if (build.job.error && options.showsDetails) print(styled(Style::Red, *build.job.error));
  print(describeResources(build.resources, true));
  if (build.status == WorkspaceStatus::Running) print(std::format("\nConnect with: berth ssh {}", workspace.name));
  co_return 0;
}

}  // namespace

void registerShow(const Command& root) {
  const auto options = std::make_shared<ShowOptions>();
  const auto command = root.add("show", "Show the resources and agents of a workspace");
  command.positional("workspace", options->workspace, "Its name, or owner/name")
      .flag("--details", options->showsDetails, "Also the error of a failed build")
      .examples({"berth show quickstart"});
  command.onRun([options](Context& context) { return show(context, *options); });
}

}  // namespace berth::cli
