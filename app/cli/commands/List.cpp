#include <format>

#include "app/cli/Commands.h"
#include "app/cli/Context.h"
#include "app/cli/Durations.h"
#include "app/cli/Json.h"
#include "app/cli/Table.h"
#include "app/cli/Terminal.h"

namespace berth::cli {

namespace {

constexpr const char* kMine = "owner:me";

struct ListOptions {
  std::string output = "table";
  std::string search = kMine;
  bool showsAll = false;
  std::vector<std::string> columns = {"workspace",       "template", "status",    "healthy",    "last built",
                                      "current version", "outdated", "starts at", "stops after"};
};

std::string yesOrNo(bool value) { return value ? "true" : "false"; }

// "Started" where the job is done, "Starting" while it runs: the words of the stock command line.
std::string statusText(const api::Workspace& workspace) {
  std::string text(toString(workspace.latest_build.status));
  if (text == "running") text = "started";
  text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text;
}

// Says something only of what runs or is to: a build that failed has no agent that could be ill.
std::string healthText(const api::Workspace& workspace) {
  const auto status = workspace.latest_build.status;
  const bool isUp = status == WorkspaceStatus::Running || status == WorkspaceStatus::Starting;
  return isUp ? yesOrNo(workspace.health.healthy) : "";
}

// "CRON_TZ=Europe/Berlin 30 9 * * 1-5" as the time and the rest.
std::string scheduleText(const std::optional<std::string>& schedule) { return schedule.value_or(""); }

std::string deadlineText(const api::Nullable<WallTime>& deadline, WallTime now) {
  if (!deadline || *deadline == kNoTime) return "";
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(*deadline - now);
  return left.count() > 0 ? "in " + formatDuration(left) : "";
}

std::vector<Column<api::Workspace>> allColumns(WallTime now) {
  using W = api::Workspace;
  return {
      {"favorite", [](const W& w) { return yesOrNo(w.favorite); }},
      {"workspace", [](const W& w) { return w.owner_name + "/" + w.name; }},
      {"organization id", [](const W& w) { return w.organization_id.toString(); }},
      {"organization name", [](const W& w) { return w.organization_name; }},
      {"template", [](const W& w) { return w.template_name; }},
      {"status", statusText},
      {"healthy", healthText},
      {"last built", [now](const W& w) { return formatAge(w.latest_build.job.created_at, now); }},
      {"current version", [](const W& w) { return w.latest_build.template_version_name; }},
      {"outdated", [](const W& w) { return yesOrNo(w.outdated); }},
      {"starts at", [](const W& w) { return scheduleText(w.autostart_schedule); }},
      {"starts next", [](const W& w) { return w.next_start_at ? formatRfc3339(*w.next_start_at) : ""; }},
      {"stops after", [](const W& w) { return w.ttl_ms ? formatDuration(std::chrono::milliseconds(*w.ttl_ms)) : ""; }},
      {"stops next", [now](const W& w) { return deadlineText(w.latest_build.deadline, now); }},
      {"daily cost", [](const W& w) { return std::to_string(w.latest_build.daily_cost); }}};
}

Task<Result<int>> list(Context& context, ListOptions options) {
  CO_TRY_ASSIGN(const auto columns, chooseColumns(allColumns(context.now()), options.columns));
  CO_TRY_ASSIGN(const auto session, context.session());
  CO_TRY_ASSIGN(const auto workspaces, co_await session->workspaces(options.showsAll ? "" : options.search));
  if (options.output == "json") {
    print(indentJson(api::toJson(workspaces)));
  } else if (workspaces.empty()) {
    const bool isSearch = !options.showsAll && options.search != kMine;
    printStatus(isSearch ? std::format("No workspace matches \"{}\".", options.search)
                         : "There are no workspaces. Make one with `berth create <name>`.");
  } else {
    print(formatTable(columns, workspaces));
  }
  co_return 0;
}

}  // namespace

void registerList(const Command& root) {
  const auto options = std::make_shared<ListOptions>();
  const auto command = root.add("list", "List workspaces");
  command.alias("ls")
      .flag("--all,-a", options->showsAll, "Those of all owners")
      .list("--column,-c", options->columns,
            "Columns of the table: favorite, workspace, organization id, organization name, template, status, "
            "healthy, last built, current version, outdated, starts at, starts next, stops after, stops next, "
            "daily cost")
      .choice("--output,-o", options->output, {"table", "json"}, "Form of the output")
      .option("--search", options->search, "Query, for example owner:me template:docker")
      .examples({"berth list", "berth list --all -c workspace,status", "berth list -o json"});
  command.onRun([options](Context& context) { return list(context, *options); });
}

}  // namespace berth::cli
