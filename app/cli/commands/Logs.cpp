#include <format>

#include "app/cli/Commands.h"
#include "app/cli/JobWatcher.h"
#include "app/cli/Terminal.h"
#include "app/cli/WorkspaceActions.h"
#include "app/cli/WorkspaceName.h"

namespace berth::cli {

namespace {

constexpr std::int64_t kMostBuilds = 1'000'000'000;  // numbers are 32 bits wide on the server

struct LogsOptions {
  std::string workspace;
  std::int64_t number = 0;
  bool follows = false;
};

void printAgentLines(const std::string& agent, const std::vector<api::WorkspaceAgentLog>& lines) {
  for (const auto& line : lines)
    print(
        std::format("{} [{}] [agent.{}] {}", formatRfc3339(line.created_at), toString(line.level), agent, line.output));
}

Task<Result<api::WorkspaceBuild>> chooseBuild(client::Session& session, const api::Workspace& workspace,
                                              std::int64_t number) {
  const auto latest = workspace.latest_build.build_number;
  const auto wanted = number > 0 ? number : latest + number;
  if (wanted == latest) co_return workspace.latest_build;
  co_return co_await session.buildByNumber(workspace.owner_name, workspace.name, wanted);
}

Task<Result<void>> printBuildLogs(client::Session& session, BuildId build) {
  CO_TRY_ASSIGN(auto logs, co_await session.followBuildLogs(build));
  while (true) {
    const auto line = co_await logs->next();
    if (!line) {
      if (line.error().code() == ErrorCode::EndOfStream) co_return Result<void>();
      co_return fail(line.error());
    }
    if (!line->output.empty())
      print(std::format("{} [{}] [{}|{}] {}", formatRfc3339(line->created_at), toString(line->log_level),
                        toString(line->log_source), line->stage, line->output));
  }
}

Task<Result<void>> printAgentLogs(client::Session& session, const api::WorkspaceAgent& agent, bool follows) {
  if (!follows) {
    CO_TRY_ASSIGN(const auto lines, co_await session.agentLogs(agent.id));
    printAgentLines(agent.name, lines);
    co_return Result<void>();
  }
  CO_TRY_ASSIGN(auto logs, co_await session.followAgentLogs(agent.id));
  while (true) {
    const auto lines = co_await logs->next();
    if (!lines) {
      if (lines.error().code() == ErrorCode::EndOfStream) co_return Result<void>();
      co_return fail(lines.error());
    }
    printAgentLines(agent.name, *lines);
    std::fflush(stdout);
  }
}

Task<Result<int>> logs(Context& context, LogsOptions options) {
  CO_TRY_ASSIGN(const auto session, context.session());
  CO_TRY_ASSIGN(const auto workspace, co_await findWorkspace(*session, options.workspace));
  CO_TRY_ASSIGN(const auto build, co_await chooseBuild(*session, workspace, options.number));
  const bool isOver = build.job.completed_at.has_value();
  if (isOver || options.follows) CO_TRY(co_await printBuildLogs(*session, build.id));
  for (const auto& resource : build.resources) {
    if (!resource.agents) continue;
    for (const auto& agent : *resource.agents) CO_TRY(co_await printAgentLogs(*session, agent, options.follows));
  }
  co_return 0;
}

}  // namespace

void registerLogs(const Command& root) {
  const auto options = std::make_shared<LogsOptions>();
  const auto command = root.add("logs", "Show the logs of a workspace's build and agents");
  command.positional("workspace", options->workspace, "Its name, or owner/name")
      .number("--build-number,-n", options->number, {-kMostBuilds, kMostBuilds},
              "Which build; 0 is the latest, -1 the one before")
      .flag("--follow,-f", options->follows, "Go on with new lines")
      .examples({"berth logs quickstart", "berth logs quickstart -f"});
  command.onRun([options](Context& context) { return logs(context, *options); });
}

}  // namespace berth::cli
