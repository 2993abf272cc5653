#include <algorithm>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <format>

#include "app/cli/AgentAccess.h"
#include "app/cli/AgentRoute.h"
#include "app/cli/Commands.h"
#include "app/cli/ListeningPorts.h"
#include "app/cli/PortSpec.h"
#include "app/cli/Retry.h"
#include "app/cli/Terminal.h"
#include "app/cli/WorkspaceUse.h"
#include "core/base/Notifier.h"
#include "core/base/TaskGroup.h"

namespace berth::cli {

namespace {

using tunnel::dialer::PortForwarder;

constexpr std::chrono::seconds kListeningPortsPoll{2};

struct PortForwardOptions {
  std::string workspace;
  std::vector<std::string> tcp, udp;
  bool followsListeningPorts = false;  // --auto
  bool disablesAutostart = false;
};

std::string describe(const PortForward& forward) {
  const auto transport = toString(forward.transport);
  const auto local = forward.localAddress ? tunnel::wire::Endpoint{*forward.localAddress, forward.localPort}.toString()
                                          : std::format("127.0.0.1:{}", forward.localPort);
  return std::format("Forwarding '{0}://{1}' locally to '{0}://127.0.0.1:{2}' in the workspace", transport, local,
                     forward.remotePort);
}

// What to do about a local port that cannot be had.
Error withAdvice(const Error& error, const PortForward& forward) {
  if (error.code() != ErrorCode::AlreadyExists && error.code() != ErrorCode::PermissionDenied) return error;
  constexpr int kOtherPort = 10'000;
  const int other =
      forward.localPort <= 65'535 - kOtherPort ? forward.localPort + kOtherPort : forward.localPort - kOtherPort;
  return {error.code(), std::format("{}; choose another local port, for example --{} {}:{}", error.message(),
                                    toString(forward.transport), other, forward.remotePort)};
}

Result<void> openAll(PortForwarder& forwarder, const std::vector<PortForward>& forwards) {
  for (const auto& each : forwards) {
    if (const auto opened = forwarder.open(each); !opened) return fail(withAdvice(opened.error(), each));
    printStatus(describe(each));
  }
  return {};
}

// One workspace's listening ports, each forwarded from the same local port, or from a free one where that is taken.
class AutoForward {
 public:
  AutoForward(PortForwarder& forwarder, const std::vector<PortForward>& others)
      : m_forwarder(forwarder), m_ports(remotePorts(others)) {}

  void update(const std::vector<api::WorkspaceAgentListeningPort>& list) {
    const auto changes = m_ports.update(list);
    for (const auto& each : changes.gone) drop(each);
    for (const auto& each : changes.appeared) add(each);
  }

 private:
  static std::set<std::uint16_t> remotePorts(const std::vector<PortForward>& forwards) {
    std::set<std::uint16_t> ports;
    for (const auto& each : forwards)
      if (each.transport == Transport::Tcp) ports.insert(each.remotePort);
    return ports;
  }

  static std::string nameOf(const ListeningPort& port) {
    return port.process.empty() ? std::format("port {}", port.port)
                                : std::format("port {} ({})", port.port, port.process);
  }

  void add(const ListeningPort& port) {
    PortForward forward{.localPort = port.port, .remotePort = port.port};
    auto local = m_forwarder.open(forward);
    std::string remark;
    if (!local &&
        (local.error().code() == ErrorCode::AlreadyExists || local.error().code() == ErrorCode::PermissionDenied)) {
      remark = std::format("; {}", local.error().message());
      forward.localPort = 0;
      local = m_forwarder.open(forward);
    }
    if (!local) return printStatus(std::format("Cannot forward {}: {}", nameOf(port), local.error().message()));
    m_ports.setLocalPort(port.port, *local);
    printStatus(std::format("Forwarding 127.0.0.1:{} to {} of the workspace{}", *local, nameOf(port), remark));
  }

  void drop(const ListeningPort& port) {
    if (port.localPort == 0) return;
    m_forwarder.stopListening(Transport::Tcp, port.localPort);
    printStatus(std::format("No longer forwarding 127.0.0.1:{}: {} was closed", port.localPort, nameOf(port)));
  }

  PortForwarder& m_forwarder;
  ListeningPorts m_ports;
};

// Asks again and again. While the agent is away what is forwarded stays.
Task<void> followListeningPorts(std::shared_ptr<client::Session> session, AgentId agent, AutoForward& forward) {
  const auto executor = co_await asio::this_coro::executor;
  std::string lastError;
  while (true) {
    const auto list = co_await session->listeningPorts(agent);
    if (list) {
      forward.update(*list);
      lastError.clear();
    } else if (const auto& error = list.error().message(); error != std::exchange(lastError, error)) {
      printStatus(std::format("Cannot ask for the listening ports: {}; trying again ...", error));
    }
    co_await pause(executor, kListeningPortsPoll);
  }
}

// When to stop: somebody asks for it, or there is nothing left to forward to.
class Ending {
 public:
  explicit Ending(asio::io_context& io) : m_signals(io, SIGINT, SIGTERM, SIGHUP), m_changed(io.get_executor()) {
    m_signals.async_wait([this](const boost::system::error_code& error, int) {
      if (!error) end(0, "\nClosing all forwarded ports and their connections");
    });
  }

  // The exit code, once the reason has been said.
  Task<int> wait() {
    while (!m_exitCode) co_await m_changed.wait();
    co_return *m_exitCode;
  }

  static Task<void> withWorkspace(std::shared_ptr<client::Session> session, api::Workspace workspace, Ending& ending) {
    ending.end(1, co_await untilWorkspaceEnds(std::move(session), std::move(workspace)));
  }

 private:
  void end(int exitCode, const std::string& reason) {
    printStatus(reason);
    m_exitCode = exitCode;
    m_changed.notify();
  }

  asio::signal_set m_signals;
  Notifier m_changed;
  std::optional<int> m_exitCode;
};

Task<Result<int>> portForward(Context& context, PortForwardOptions options) {
  CO_TRY_ASSIGN(const auto forwards, parsePortSpecs(options.tcp, options.udp));
  if (forwards.empty() && !options.followsListeningPorts)
    co_return fail(ErrorCode::InvalidInput,
                   "no port is named; pass --tcp or --udp, for example --tcp 8080, or --auto for all that listen");
  CO_TRY_ASSIGN(const auto session, context.session());
  CO_TRY_ASSIGN(const auto found,
                co_await prepareAgent(context, *session,
                                      {.name = options.workspace, .startsWorkspace = !options.disablesAutostart}));
  SystemRng rng;
  const bool carriesDatagrams = std::ranges::contains(forwards, Transport::Udp, &PortForward::transport);
  AgentRoute route(context, *session, found.agent.id, rng, carriesDatagrams);
  CO_TRY(co_await route.connect());
  PortForwarder forwarder(context.io().get_executor(), context.clock(), route, {.report = printStatus});
  CO_TRY(openAll(forwarder, forwards));
  printStatus("Ready!");

  Ending ending(context.io());
  AutoForward automatic(forwarder, forwards);
  TaskGroup tasks(context.io().get_executor());
  tasks.spawn(reportUsage(session, found.workspace.id, std::nullopt));
  tasks.spawn(Ending::withWorkspace(session, found.workspace, ending));
  if (options.followsListeningPorts) tasks.spawn(followListeningPorts(session, found.agent.id, automatic));
  const int exitCode = co_await ending.wait();
  tasks.cancel();
  co_await tasks.join();
  co_await forwarder.close();
  co_await route.close();
  co_return exitCode;
}

}  // namespace

void registerPortForward(const Command& root) {
  const auto options = std::make_shared<PortForwardOptions>();
  const auto command = root.add("port-forward", "Forward ports of a workspace to this machine");
  command.alias("tunnel")
      .positional("workspace", options->workspace, "workspace, workspace.agent or owner/workspace")
      .list("--tcp,-p", options->tcp, "TCP ports: [local address:]local[-last][:remote[-last]], commas between several",
            "CODER_PORT_FORWARD_TCP")
      .list("--udp", options->udp, "UDP ports, in the same form; datagrams have 1232 bytes at most",
            "CODER_PORT_FORWARD_UDP")
      .flag("--auto", options->followsListeningPorts,
            "Forward each TCP port that a program of the workspace listens on, for as long as it does")
      .flag("--disable-autostart", options->disablesAutostart, "Do not start a stopped workspace",
            "CODER_SSH_DISABLE_AUTOSTART")
      .examples({"berth port-forward quickstart --tcp 8080", "berth port-forward quickstart --tcp 5678:1234 --udp 9000",
                 "berth port-forward quickstart --tcp 8080,9000:3000,9090-9092,10000-10002:10010-10012",
                 "berth port-forward quickstart --tcp 192.0.2.4:8080:8080", "berth port-forward quickstart --auto"});
  command.onRun([options](Context& context) { return portForward(context, *options); });
}

}  // namespace berth::cli
