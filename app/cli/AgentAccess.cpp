#include "app/cli/AgentAccess.h"

#include <format>

#include "app/cli/JobWatcher.h"
#include "app/cli/Retry.h"
#include "app/cli/Terminal.h"
#include "app/cli/WorkspaceActions.h"
#include "app/cli/WorkspaceName.h"

namespace berth::cli {

namespace {

constexpr std::chrono::milliseconds kAgentPoll{250};
constexpr std::chrono::seconds kLateAgent{15};  // most agents come within seconds of their container
constexpr std::chrono::milliseconds kRetryPause{2000};
constexpr int kAttempts = 10;  // of each step, when the server is away for a moment
constexpr std::chrono::seconds kReachTimeout{60};

Task<Result<api::Workspace>> findPatiently(Context& context, client::Session& session, const WorkspaceName& name) {
  for (int attempt = 1;; ++attempt) {
    auto found = co_await session.workspaceByName(name.owner, name.workspace);
    if (found || !isPassing(found.error()) || attempt == kAttempts) {
      if (!found) co_return fail(found.error().in(std::format("workspace \"{}\"", name.workspace)));
      co_return found;
    }
    if (attempt == 1) printStatus(std::format("{}; trying again ...", found.error().message()));
    co_await pause(context.io().get_executor(), kRetryPause);
  }
}

std::string because(const api::Workspace& workspace) {
  const std::string failure = describeFailure(workspace);
  return failure.empty() ? "" : ".\n" + failure;
}

// The one asked for. What a failed build left behind will do when it still answers.
Result<api::WorkspaceAgent> findAgent(const api::Workspace& workspace, const std::string& name) {
  auto agent = chooseAgent(workspace, name);
  const std::string failure = describeFailure(workspace);
  if (failure.empty()) return agent;
  if (!agent || agent->status != AgentStatus::Connected)
    return fail(ErrorCode::Conflict,
                std::format("the workspace {} cannot be connected to{}", workspace.name, because(workspace)));
  printStatus(failure);
  return agent;
}

// Ends with a workspace whose latest build is a start.
Task<Result<api::Workspace>> startIfStopped(Context& context, client::Session& session, api::Workspace workspace,
                                            bool startsWorkspace) {
  const auto& build = workspace.latest_build;
  if (build.transition == Transition::Start) co_return workspace;
  if (build.transition == Transition::Delete || build.status != WorkspaceStatus::Stopped)
    co_return fail(ErrorCode::Conflict, std::format("the workspace {} is {} and cannot be connected to{}",
                                                    workspace.name, toString(build.status), because(workspace)));
  if (!startsWorkspace)
    co_return fail(ErrorCode::Conflict, std::format("the workspace {} is stopped; start it with `berth start {}`",
                                                    workspace.name, workspace.name));
  printStatus(std::format("Starting the workspace {} ...", workspace.name));
  const ParameterOptions defaults{.usesDefaults = true};
  BuildRun run{.reason = "ssh_connection", .isQuiet = true};
  auto started = co_await startWorkspace(context, session, workspace, defaults, run);
  if (!started && started.error().code() == ErrorCode::PermissionDenied) {
    run.version = workspace.template_active_version_id;
    run.reason.clear();
    started = co_await startWorkspace(context, session, workspace, defaults, run);
  }
  // With a conflict somebody else has just started it.
  if (!started && started.error().code() != ErrorCode::Conflict) co_return fail(started.error());
  co_return co_await session.workspace(workspace.id);
}

bool isShuttingDown(AgentLifecycle state) {
  return state == AgentLifecycle::ShuttingDown || state == AgentLifecycle::ShutdownTimeout ||
         state == AgentLifecycle::ShutdownError || state == AgentLifecycle::Off;
}

bool isStarting(AgentLifecycle state) { return state == AgentLifecycle::Created || state == AgentLifecycle::Starting; }

bool waitsForScripts(const api::WorkspaceAgent& agent, const std::string& waits) {
  if (waits != "auto") return waits == "yes";
  return std::ranges::any_of(agent.scripts, [](const auto& script) { return script.start_blocks_login; });
}

// Says once what is being waited for.
class Notice {
 public:
  void say(const std::string& text) {
    if (m_last != text) printStatus(text);
    m_last = text;
  }

 private:
  std::string m_last;
};

Task<Result<api::WorkspaceAgent>> waitForAgent(Context& context, client::Session& session, api::WorkspaceAgent agent,
                                               std::string waits) {
  Notice notice;
  while (true) {
    if (isShuttingDown(agent.lifecycle_state))
      co_return fail(ErrorCode::Conflict, "the workspace agent is shutting down");
    const bool isConnected = agent.status == AgentStatus::Connected;
    if (isConnected && !(isStarting(agent.lifecycle_state) && waitsForScripts(agent, waits))) break;
    if (agent.status == AgentStatus::Disconnected)
      notice.say(
          "The workspace agent lost its connection; waiting for it to come back ...\n"
          "If it does not, its machine may be gone: try `berth restart`.");
    else if (agent.status == AgentStatus::Timeout)
      notice.say(
          std::format("The workspace agent has not connected in time; still waiting. {}", agent.troubleshooting_url));
    else if (isConnected)
      notice.say("Waiting for the start-up scripts (pass --wait=no to connect at once) ...");
    else if (context.now() - agent.created_at < kLateAgent)
      notice.say("Waiting for the workspace agent to connect ...");
    else
      notice.say(std::format(
          "The workspace agent has not connected yet; still waiting. It has to reach {} from where it runs: inside a "
          "container, localhost is another machine (see the log of the container).",
          session.url().toString()));
    co_await pause(context.io().get_executor(), kAgentPoll);
    CO_TRY_ASSIGN(agent, co_await session.agent(agent.id));
  }
  if (agent.lifecycle_state == AgentLifecycle::StartError || agent.lifecycle_state == AgentLifecycle::StartTimeout)
    notice.say("Notice: a start-up script failed, so the workspace may be incomplete; see `berth logs`.");
  co_return agent;
}

}  // namespace

Task<Result<AgentAccess>> prepareAgent(Context& context, client::Session& session, AgentAccessOptions options) {
  CO_TRY_ASSIGN(const auto name, parseWorkspaceName(options.name));
  CO_TRY_ASSIGN(auto workspace, co_await findPatiently(context, session, name));
  CO_TRY_ASSIGN(workspace, co_await startIfStopped(context, session, std::move(workspace), options.startsWorkspace));
  if (!workspace.latest_build.job.completed_at) {
    CO_TRY(co_await watchJob(context, buildJob(session, workspace.latest_build), Shown::OnStandardError));
    CO_TRY_ASSIGN(workspace, co_await session.workspace(workspace.id));
  }
  CO_TRY_ASSIGN(auto agent, findAgent(workspace, name.agent));
  CO_TRY_ASSIGN(agent, co_await waitForAgent(context, session, std::move(agent), options.waits));
  co_return AgentAccess{std::move(workspace), std::move(agent)};
}

Task<Result<std::unique_ptr<tunnel::dialer::ClientTunnel>>> openTunnel(Context& context, client::Session& session,
                                                                       AgentId agent, Rng& rng) {
  CO_TRY_ASSIGN(auto tunnel, co_await tunnel::dialer::ClientTunnel::open(
                                 context.io().get_executor(), session, agent, context.clock(), rng,
                                 {.usesDirectPaths = !context.options().disablesDirect}));
  CO_TRY(co_await tunnel->waitUntilReachable(kReachTimeout));
  co_return tunnel;
}

}  // namespace berth::cli
