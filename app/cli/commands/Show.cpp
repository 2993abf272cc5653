#include <format>

#include "app/cli/Commands.h"
#include "app/cli/Durations.h"
#include "app/cli/Terminal.h"
#include "app/cli/WorkspaceActions.h"

namespace berth::cli {

namespace {

struct ShowOptions {
  std::string workspace;
  bool showsDetails = false;  // which this always does
};

Task<Result<int>> show(Context& context, ShowOptions options) {
  CO_TRY_ASSIGN(const auto session, context.session());
  CO_TRY_ASSIGN(const auto workspace, co_await findWorkspace(*session, options.workspace));
  const auto& build = workspace.latest_build;
  print(std::format("{}/{}  {}  template {} {}{}  built {}", workspace.owner_name, styled(Style::Bold, workspace.name),
                    toString(build.status), workspace.template_name, build.template_version_name,
                    workspace.outdated ? " (outdated)" : "", formatAge(build.created_at, context.now())));
  const std::string failure = describeFailure(workspace);
  if (!failure.empty()) print(styled(Style::Red, failure));
  if (const std::string resources = describeResources(build.resources, true); !resources.empty()) print(resources);
  const bool hasAgent =
      std::ranges::any_of(build.resources, [](const auto& each) { return each.agents && !each.agents->empty(); });
  if (build.status == WorkspaceStatus::Running && hasAgent)
    print(std::format("\nConnect with: berth ssh {}", workspace.name));
  co_return 0;
}

}  // namespace

void registerShow(const Command& root) {
  const auto options = std::make_shared<ShowOptions>();
  const auto command = root.add("show", "Show the resources and agents of a workspace");
  command.positional("workspace", options->workspace, "Its name, or owner/name")
      .flag("--details", options->showsDetails, "Accepted; all that there is is always shown")
      .examples({"berth show quickstart"});
  command.onRun([options](Context& context) { return show(context, *options); });
}

}  // namespace berth::cli
