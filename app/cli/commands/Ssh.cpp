#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <format>

#include "app/cli/AgentAccess.h"
#include "app/cli/AgentRoute.h"
#include "app/cli/Commands.h"
#include "app/cli/NetworkInfo.h"
#include "app/cli/ParameterInput.h"
#include "app/cli/Retry.h"
#include "app/cli/SshLog.h"
#include "app/cli/SshSession.h"
#include "app/cli/StandardStreams.h"
#include "app/cli/Terminal.h"
#include "app/cli/WorkspaceName.h"
#include "app/cli/WorkspaceUse.h"
#include "core/base/TaskGroup.h"

namespace berth::cli {

namespace {

constexpr std::uint16_t kSshPort = 1;  // the one without statistics and login shell differences for clients
constexpr std::chrono::seconds kHalfCloseGrace{5};
constexpr int kSignalExitBase = 128;  // plus the signal's number, as shells tell it

struct SshOptions {
  std::string workspace;
  std::vector<std::string> command;
  bool isStdio = false;
  bool wantsTerminal = false;
  std::string hostPrefix, hostSuffix;
  std::string waits = "auto";
  bool doesNotWait = false;  // --no-wait
  std::vector<std::string> environment;
  std::vector<std::string> remoteForwards;
  bool forwardsAgent = false;
  std::string agentSocket;  // --identity-agent
  bool disablesAutostart = false;
  std::string usageApp = "ssh";
  std::string logDir, networkInfoDir;
  std::chrono::milliseconds pollInterval{60'000};
  std::chrono::milliseconds networkInfoInterval{5'000};
  bool forcesNewTunnel = false;
};

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

Task<void> closeWithWorkspace(std::shared_ptr<client::Session> session, api::Workspace workspace,
                              std::shared_ptr<Stream> stream) {
  printStatus("\r\n" + co_await untilWorkspaceEnds(std::move(session), std::move(workspace)));
  stream->close();
}

// A terminal that closes and OpenSSH (for its ProxyCommand) send SIGHUP; without a good-bye the agent would keep the
// session for days. The signal's number stands in `received` from then on.
void closeOnSignal(asio::signal_set& signals, std::shared_ptr<Stream> stream, std::shared_ptr<int> received) {
  signals.async_wait([stream, received](const boost::system::error_code& error, int number) {
    if (error) return;
    *received = number;
    stream->close();
  });
}

// The socket of the agent to forward; empty when there is none, which is no reason not to connect (as with OpenSSH).
std::string agentSocketOf(const SshOptions& options) {
  if (!options.forwardsAgent) return {};
  if (!options.agentSocket.empty()) return options.agentSocket;
  const char* const socket = std::getenv("SSH_AUTH_SOCK");
  if (socket != nullptr && *socket != '\0') return socket;
  printStatus("No SSH agent to forward: SSH_AUTH_SOCK is not set.");
  return {};
}

Result<SshRequest> requestFrom(const SshOptions& options) {
  SshRequest request;
  for (const auto& word : options.command) request.command += (request.command.empty() ? "" : " ") + word;
  request.wantsTerminal = options.wantsTerminal || (request.command.empty() && ::isatty(STDIN_FILENO) == 1);
  TRY_ASSIGN(const auto pairs, pairsOf(options.environment, "--env"));
  request.environment.assign(pairs.begin(), pairs.end());
  request.agentSocket = agentSocketOf(options);
  if (options.isStdio && !options.remoteForwards.empty())
    return fail(ErrorCode::InvalidInput,
                "--remote-forward cannot be met with --stdio; pass -R to the SSH client that calls this");
  for (const auto& text : options.remoteForwards) {
    TRY_ASSIGN(auto forward, parseRemoteForward(text));
    request.remoteForwards.push_back(std::move(forward));
  }
  return request;
}

struct Connection {
  std::shared_ptr<client::Session> session;
  AgentAccess access;
  SshRequest request;
};

Task<Result<int>> run(Context& context, AgentDialer& dialer, Connection connection, bool isStdio) {
  CO_TRY_ASSIGN(std::shared_ptr<Stream> remote, co_await dialer.dial(connection.access.agent.id, kSshPort));
  asio::co_spawn(context.io(), closeWithWorkspace(connection.session, std::move(connection.access.workspace), remote),
                 asio::detached);
  asio::signal_set signals(context.io(), SIGHUP, SIGTERM);
  if (isStdio) signals.add(SIGINT);
  const auto received = std::make_shared<int>(0);
  closeOnSignal(signals, remote, received);
  const auto local = std::make_shared<StandardStreams>(context.io().get_executor());
  Result<int> code = 0;
  if (isStdio)
    code = co_await copyStdio(local, remote);
  else
    code = co_await runSsh(remote, *local, std::move(connection.request));
  remote->close();
  if (*received != 0) co_return kSignalExitBase + *received;
  co_return code;
}

Task<Result<int>> connect(Context& context, Connection connection, const SshOptions& options) {
  SystemRng rng;
  AgentRoute route(context, *connection.session, connection.access.agent.id, rng, options.forcesNewTunnel);
  TaskGroup tasks(context.io().get_executor());
  if (!options.networkInfoDir.empty()) {
    CO_TRY(co_await route.connect());
    CO_TRY_ASSIGN(auto file, NetworkInfoFile::create(options.networkInfoDir, ::getppid()));
    NetworkInfoSource source{[&](std::chrono::milliseconds timeout) { return route.ping(timeout); },
                             [&] { return route.status(); }};
    tasks.spawn(keepNetworkInfo(std::move(source), std::move(file), options.networkInfoInterval));
  }
  auto code = co_await run(context, route, std::move(connection), options.isStdio);
  tasks.cancel();
  co_await tasks.join();
  co_await route.close();
  co_return code;
}

Task<Result<int>> ssh(Context& context, SshOptions options) {
  if (!options.logDir.empty())
    CO_TRY(logIntoDirectory(options.logDir, options.isStdio ? std::optional(::getppid()) : std::nullopt));
  CO_TRY_ASSIGN(auto request, requestFrom(options));
  CO_TRY_ASSIGN(const auto session, context.session());
  const AgentAccessOptions access{.name = stripHostName(options.workspace, options.hostPrefix, options.hostSuffix),
                                  .startsWorkspace = !options.disablesAutostart,
                                  .waits = options.doesNotWait ? "no" : options.waits};
  CO_TRY_ASSIGN(const auto found, co_await prepareAgent(context, *session, access));
  if (options.usageApp != "disable")
    asio::co_spawn(
        context.io(),
        reportUsage(session, found.workspace.id, api::PostWorkspaceUsageRequest{found.agent.id, options.usageApp}),
        asio::detached);
  auto code = co_await connect(context, {session, found, std::move(request)}, options);
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
      .flag("--forward-agent,-A", options->forwardsAgent, "Offer this machine's SSH agent to the workspace",
            "CODER_SSH_FORWARD_AGENT")
      .option("--identity-agent", options->agentSocket, "Socket of the SSH agent to offer, instead of $SSH_AUTH_SOCK",
              "CODER_SSH_IDENTITY_AGENT")
      .list("--remote-forward,-R", options->remoteForwards,
            "Port of the workspace that leads back here: remote port:local address:local port",
            "CODER_SSH_REMOTE_FORWARD")
      .option("--log-dir,-l", options->logDir, "Directory for a log of what goes on inside; it has to exist",
              "CODER_SSH_LOG_DIR")
      .option("--network-info-dir", options->networkInfoDir,
              "Directory for a file about the connection's quality, for editors")
      .option("--network-info-interval", options->networkInfoInterval, "How often that file is written")
      .flag("--force-new-tunnel", options->forcesNewTunnel, "Use a tunnel of its own even while the app runs",
            "CODER_SSH_FORCE_NEW_TUNNEL")
      .examples({"berth ssh quickstart", "berth ssh quickstart -- cat /etc/os-release",
                 "berth ssh --env KEY=value quickstart -- env", "berth ssh -R 8080:localhost:3000 quickstart",
                 "berth ssh -A quickstart -- ssh-add -l"});
  command.onRun([options](Context& context) { return ssh(context, *options); });
}

}  // namespace berth::cli
