#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <format>

#include "app/cli/AgentAccess.h"
#include "app/cli/AgentRoute.h"
#include "app/cli/Commands.h"
#include "app/cli/ParameterInput.h"
#include "app/cli/Retry.h"
#include "app/cli/SshSession.h"
#include "app/cli/StandardStreams.h"
#include "app/cli/Terminal.h"
#include "app/cli/WorkspaceName.h"

namespace berth::cli {

namespace {

constexpr std::uint16_t kSshPort = 1;  // the one without statistics and login shell differences for clients
constexpr std::chrono::seconds kUsageInterval{60};
constexpr std::chrono::seconds kHalfCloseGrace{5};
constexpr std::chrono::seconds kWatchPause{2};  // also spares short commands the watch

struct SshOptions {
  std::string workspace;
  std::vector<std::string> command;
  bool isStdio = false;
  bool wantsTerminal = false;
  std::string hostPrefix, hostSuffix;
  std::string waits = "auto";
  bool doesNotWait = false;  // --no-wait
  std::vector<std::string> environment;
  bool disablesAutostart = false;
  std::string usageApp = "ssh";
  std::string logDir, networkInfoDir;
  std::chrono::milliseconds pollInterval{60'000};
  std::chrono::milliseconds networkInfoInterval{5'000};
  bool forcesNewTunnel = false;
};

// Keeps the workspace from being stopped for want of use.
Task<void> reportUsage(std::shared_ptr<client::Session> session, WorkspaceId workspace, AgentId agent,
                       std::string app) {
  const auto executor = co_await asio::this_coro::executor;
  while (true) {
    api::PostWorkspaceUsageRequest usage;
    usage.agent_id = agent;
    usage.app_name = app;
    co_await session->postUsage(workspace, std::move(usage));
    co_await pause(executor, kUsageInterval);
  }
}

// From here to there until the other side ends; what is still coming when standard input ends gets a while.
Task<void> copyInput(std::shared_ptr<StandardStreams> local, std::shared_ptr<Stream> remote) {
  Bytes buffer(64 * 1024);
  while (true) {
    const auto count = co_await local->readSome(buffer);
    if (!count || !co_await remote->write(ByteView(buffer).first(*count))) break;
  }
  co_await remote->closeWrite();
  co_await pause(remote->executor(), kHalfCloseGrace);
  remote->close();
}

Task<Result<int>> copyStdio(std::shared_ptr<StandardStreams> local, std::shared_ptr<Stream> remote) {
  asio::co_spawn(local->executor(), copyInput(local, remote), asio::detached);
  Bytes buffer(64 * 1024);
  while (true) {
    const auto count = co_await remote->readSome(buffer);
    if (!count) {
      if (count.error().code() == ErrorCode::EndOfStream || count.error().code() == ErrorCode::Cancelled) co_return 0;
      co_return fail(count.error());
    }
    CO_TRY(co_await local->write(ByteView(buffer).first(*count)));
  }
}

// Ends the session when its workspace stops or is built anew: what is at the other end is gone then, and nothing would
// say so. "Stopping" is not enough, the agent still runs its last scripts.
Task<void> closeWhenStopped(std::shared_ptr<client::Session> session, api::Workspace workspace,
                            std::shared_ptr<Stream> stream) {
  const auto executor = co_await asio::this_coro::executor;
  while (true) {
    co_await pause(executor, kWatchPause);
    auto watch = co_await session->watchWorkspace(workspace.id);
    while (watch) {
      const auto now = co_await (*watch)->next();
      if (!now && now.error().code() == ErrorCode::Internal) continue;  // the server could not read it this time
      if (!now) break;
      const auto& build = now->latest_build;
      const bool isNewStart = build.transition == Transition::Start && build.id != workspace.latest_build.id;
      const bool isGone = build.status == WorkspaceStatus::Stopped || build.status == WorkspaceStatus::Deleted;
      if (!isNewStart && !isGone) continue;
      printStatus(std::format("\r\nThe workspace {} was {}.", workspace.name,
                              isNewStart ? "restarted" : std::string(toString(build.status))));
      co_return stream->close();
    }
  }
}

// A terminal that closes and OpenSSH (for its ProxyCommand) send SIGHUP; without a good-bye the agent would keep the
// session for days.
void closeOnSignal(asio::signal_set& signals, std::shared_ptr<Stream> stream) {
  signals.async_wait([stream](const boost::system::error_code& error, int) {
    if (!error) stream->close();
  });
}

Result<SshRequest> requestFrom(const SshOptions& options) {
  SshRequest request;
  for (const auto& word : options.command) request.command += (request.command.empty() ? "" : " ") + word;
  request.wantsTerminal = options.wantsTerminal || (request.command.empty() && ::isatty(STDIN_FILENO) == 1);
  TRY_ASSIGN(const auto pairs, pairsOf(options.environment, "--env"));
  request.environment.assign(pairs.begin(), pairs.end());
  return request;
}

Task<Result<int>> connect(Context& context, std::shared_ptr<client::Session> session, AgentAccess access,
                          SshOptions options) {
  CO_TRY_ASSIGN(auto request, requestFrom(options));
  SystemRng rng;
  AgentRoute route(context, *session, access.agent.id, rng, options.forcesNewTunnel);
  CO_TRY_ASSIGN(std::shared_ptr<Stream> remote, co_await route.dial(access.agent.id, kSshPort));
  asio::co_spawn(context.io(), closeWhenStopped(session, std::move(access.workspace), remote), asio::detached);
  asio::signal_set signals(context.io(), SIGHUP, SIGTERM);
  if (options.isStdio) signals.add(SIGINT);
  closeOnSignal(signals, remote);
  const auto local = std::make_shared<StandardStreams>(context.io().get_executor());
  auto code = options.isStdio ? co_await copyStdio(local, remote) : co_await runSsh(remote, *local, std::move(request));
  remote->close();
  co_await route.close();
  co_return code;
}

Task<Result<int>> ssh(Context& context, SshOptions options) {
  CO_TRY_ASSIGN(const auto session, context.session());
  const AgentAccessOptions access{.name = stripHostName(options.workspace, options.hostPrefix, options.hostSuffix),
                                  .startsWorkspace = !options.disablesAutostart,
                                  .waits = options.doesNotWait ? "no" : options.waits};
  CO_TRY_ASSIGN(const auto found, co_await prepareAgent(context, *session, access));
  if (options.usageApp != "disable")
    asio::co_spawn(context.io(), reportUsage(session, found.workspace.id, found.agent.id, options.usageApp),
                   asio::detached);
  auto code = co_await connect(context, session, found, std::move(options));
  if (!code && code.error().code() == ErrorCode::ConnectionLost) {
    printStatus("berth ssh: " + code.error().message());
    co_return 255;
  }
  co_return code;
}

}  // namespace

void registerSsh(const Command& root) {
  const auto options = std::make_shared<SshOptions>();
  const auto command = root.add("ssh", "Open a shell or run a command in a workspace");
  command.positional("workspace", options->workspace, "workspace, workspace.agent or owner/workspace")
      .rest("command", options->command, "Command to run; write it behind --")
      .flag("--stdio", options->isStdio, "Carry raw SSH on standard input and output", "CODER_SSH_STDIO")
      .flag("--tty,-t", options->wantsTerminal, "Ask for a terminal also for a command", "CODER_SSH_TTY")
      .list("--env,-e", options->environment, "Environment variable as name=value", "CODER_SSH_ENV")
      .choice("--wait", options->waits, {"yes", "no", "auto"}, "Wait for start-up scripts; auto: as the template says",
              "CODER_SSH_WAIT")
      .flag("--no-wait", options->doesNotWait, "Old form of --wait=no", "CODER_SSH_NO_WAIT")
      .flag("--disable-autostart", options->disablesAutostart, "Do not start a stopped workspace",
            "CODER_SSH_DISABLE_AUTOSTART")
      .option("--ssh-host-prefix", options->hostPrefix, "Prefix to take off the name", "CODER_SSH_SSH_HOST_PREFIX")
      .option("--hostname-suffix", options->hostSuffix, "Suffix to take off the name", "CODER_SSH_HOSTNAME_SUFFIX")
      .option("--usage-app", options->usageApp, "What the connection is counted as: ssh, vscode, jetbrains, disable",
              "CODER_SSH_USAGE_APP")
      .option("--workspace-poll-interval", options->pollInterval, "Accepted for compatibility",
              "CODER_WORKSPACE_POLL_INTERVAL")
      .option("--log-dir,-l", options->logDir, "Accepted for compatibility", "CODER_SSH_LOG_DIR")
      .option("--network-info-dir", options->networkInfoDir, "Accepted for compatibility")
      .option("--network-info-interval", options->networkInfoInterval, "Accepted for compatibility")
      .flag("--force-new-tunnel", options->forcesNewTunnel, "Use a tunnel of its own even while the app runs",
            "CODER_SSH_FORCE_NEW_TUNNEL")
      .examples({"berth ssh quickstart", "berth ssh quickstart -- cat /etc/os-release",
                 "berth ssh --env KEY=value quickstart -- env"});
  command.onRun([options](Context& context) { return ssh(context, *options); });
}

}  // namespace berth::cli
