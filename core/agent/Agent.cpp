#include "core/agent/Agent.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "core/agent/Environment.h"
#include "core/agent/life/AppHealthChecker.h"
#include "core/agent/life/Cron.h"
#include "core/agent/life/ManifestCodec.h"
#include "core/agent/services/HttpApi.h"
#include "core/agent/services/Ports.h"
#include "core/agent/services/Speedtest.h"
#include "core/agent/ssh/HostKey.h"
#include "core/base/Log.h"
#include "core/base/Version.h"
#include "core/rpc/AgentClient.h"
#include "core/rpc/Proto.h"
#include "core/rpc/YamuxSession.h"

namespace berth::agent {

namespace {

// reference/agent-and-ide.md 1.5
constexpr auto kFirstBackOff = std::chrono::milliseconds(100);
constexpr auto kMaxBackOff = std::chrono::milliseconds(10'000);
constexpr double kBackOffFactor = 1.6;

constexpr auto kSshStopTime = std::chrono::seconds(5);  // of the ten that a container gets to end
constexpr auto kLastReportTime = std::chrono::seconds(5);
constexpr auto kLogFlushTime = std::chrono::seconds(2);  // for a script's last lines before its result
constexpr auto kPollInterval = std::chrono::milliseconds(20);
constexpr auto kDefaultStatsInterval = std::chrono::minutes(5);
constexpr auto kClockCheck = std::chrono::seconds(30);

// reference/tailnet.md 3.3
constexpr std::uint16_t kSshPort = 1;
constexpr std::uint16_t kSpeedtestPort = 3;
constexpr std::uint16_t kHttpPort = 4;
constexpr std::uint16_t kPlainSshPort = 22;

constexpr const char* kRpcPath = "/api/v2/workspaceagents/me/rpc?version=2.10&role=agent";

ConnectionType connectionType(ssh::SessionType type) {
  switch (type) {
    case ssh::SessionType::Ssh: return ConnectionType::Ssh;
    case ssh::SessionType::VsCode: return ConnectionType::VsCode;
    case ssh::SessionType::JetBrains: return ConnectionType::JetBrains;
    case ssh::SessionType::Unknown: return ConnectionType::Unspecified;
  }
  return ConnectionType::Unspecified;
}

LifecycleState startResult(ScriptStatus status) {
  if (status == ScriptStatus::Ok) return LifecycleState::Ready;
  return status == ScriptStatus::TimedOut ? LifecycleState::StartTimeout : LifecycleState::StartError;
}

LifecycleState stopResult(ScriptStatus status) {
  if (status == ScriptStatus::Ok) return LifecycleState::Off;
  return status == ScriptStatus::TimedOut ? LifecycleState::ShutdownTimeout : LifecycleState::ShutdownError;
}

Result<void> writeSecretFile(const std::string& path, std::string_view content) {
  std::error_code error;
  const auto parent = std::filesystem::path(path).parent_path();
  if (std::filesystem::create_directories(parent, error))
    std::filesystem::permissions(parent, std::filesystem::perms::owner_all, error);
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return fail(errnoError(errno, "open " + path));
  const bool isWritten = ::write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size());
  const int code = errno;
  ::close(file);
  if (!isWritten) return fail(errnoError(code, "write " + path));
  return {};
}

}  // namespace

// One connection to the control plane. Routines of the first group end when a graceful stop begins, those of the second
// go on until the last report is out. The first routine that fails ends the session (reference/tailnet.md 7.1).
struct Agent::Session {
  Session(Agent& agent, std::shared_ptr<rpc::YamuxSession> connection)
      : yamux(std::move(connection)),
        client(yamux),
        metadata(agent.m_executor, agent.m_clock,
                 [&agent](std::string_view text) { return agent.makeCommand(text, {}); }),
        health(agent.m_executor),
        graceful(agent.m_executor),
        lasting(agent.m_executor) {}

  Task<void> runRoutine(std::string name, Task<Result<void>> work, bool isGraceful) {
    const auto result = co_await std::move(work);
    if (result || (isGraceful && isLeaving) || yamux->isEnded() || result.error().code() == ErrorCode::Cancelled)
      co_return;
    log::warning("{}: {}", name, result.error().message());
    yamux->close();
  }
  void startGraceful(std::string name, Task<Result<void>> work) {
    graceful.spawn(runRoutine(std::move(name), std::move(work), true));
  }
  void startLasting(std::string name, Task<Result<void>> work) {
    lasting.spawn(runRoutine(std::move(name), std::move(work), false));
  }

  std::shared_ptr<rpc::YamuxSession> yamux;
  rpc::AgentClient client;
  MetadataRunner metadata;
  AppHealthChecker health;
  bool isLeaving = false;  // a graceful stop: the server ends the coordination then, and that is no failure
  TaskGroup graceful;
  TaskGroup lasting;
};

Agent::Agent(asio::any_io_executor executor, const Clock& clock, AgentOptions options)
    : m_executor(std::move(executor)),
      m_clock(clock),
      m_options(std::move(options)),
      m_user(currentUser()),
      m_environment(processEnvironment()),
      m_logs(m_executor, clock),
      m_lifecycle(m_executor, clock),
      m_connections(m_executor),
      m_stopAsked(m_executor),
      m_backOff(m_executor),
      m_tasks(m_executor) {
  const auto lookup = [this](std::string_view name) {
    for (const auto& [known, value] : m_environment)
      if (known == name) return value;
    return std::string();
  };
  m_scripts = std::make_unique<ScriptRunner>(
      m_executor, clock, m_logs,
      ScriptRunnerOptions{.dataDirectory = m_options.scriptDataDirectory,
                          .logDirectory = m_options.logDirectory,
                          .command = [this](std::string_view text) { return makeCommand(text, {}); },
                          .expandPath =
                              [this, lookup](std::string_view path) {
                                const bool isOfHome = path == "~" || path.starts_with("~/");
                                return isOfHome ? expandPath(path, m_user.home, lookup) : expandVariables(path, lookup);
                              },
                          .report = [this](ScriptTiming timing) { return reportTiming(timing); }});
}

Agent::~Agent() = default;

Task<void> Agent::run() {
  m_tasks.spawn(connectForever());
  while (!m_isStopping) co_await m_stopAsked.wait();
  co_await stopGracefully();
}

void Agent::stop() {
  m_isStopping = true;
  m_stopAsked.notify();
}

Task<void> Agent::connectForever() {
  auto delay = kFirstBackOff;
  while (!m_isEnded) {
    const bool hadManifest = m_manifest.has_value();
    const TimePoint begin = m_clock.now();
    const auto result = co_await connectGuarded();
    if (m_isEnded) break;
    log::warning("control plane: {}", result ? "disconnected" : result.error().message());
    // A connection that had lasted is tried again at once.
    if (m_clock.now() - begin > kMaxBackOff || hadManifest != m_manifest.has_value()) delay = kFirstBackOff;
    m_backOff.expires_after(delay);
    boost::system::error_code ignored;
    co_await m_backOff.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    delay = std::min(std::chrono::duration_cast<std::chrono::milliseconds>(delay * kBackOffFactor), kMaxBackOff);
  }
}

// An exception is a defect, but none for which a workspace should be out of reach for good.
Task<Result<void>> Agent::connectGuarded() {
  try {
    co_return co_await connectOnce();
  } catch (const std::exception& e) {
    m_session.reset();
    co_return fail(ErrorCode::Internal, e.what());
  }
}

Task<Result<void>> Agent::connectOnce() {
  const http::Url& server = m_options.access.server;
  const auto http = makeServerClient(m_executor, m_options.access);
  http::Response refusal;
  auto socket = co_await http->openWebSocket({.method = "GET", .target = kRpcPath}, &refusal);
  if (!socket) {
    if (refusal.body.empty()) co_return fail(socket.error());
    co_return fail(socket.error().code(), "connect to " + server.toString() + ": " + refusalText(refusal));
  }
  const auto yamux =
      std::make_shared<rpc::YamuxSession>(http::asStream(std::move(*socket)), rpc::YamuxSession::Role::Client);
  const auto session = std::make_shared<Session>(*this, yamux);
  m_session = session;
  log::info("connected to {}", server.toString());
  session->startLasting("report lifecycle", m_lifecycle.run(session->client));
  session->startLasting("send script logs", m_logs.run(session->client));
  session->startLasting("report connections", m_connections.run(session->client));
  if (!m_isStopping) session->startGraceful("manifest", handleManifest(*session));

  const Error why = co_await yamux->ended();
  m_session.reset();
  session->graceful.cancel();
  session->lasting.cancel();
  co_await session->graceful.join();
  co_await session->lasting.join();
  co_return fail(why);
}

Task<Result<void>> Agent::handleManifest(Session& session) {
  const bool isFirst = !m_manifest.has_value();
  CO_TRY(co_await takeManifest(session.client));
  if (session.yamux->isEnded()) co_return Result<void>();
  if (isFirst) {
    CO_TRY(becomeReady());
  } else if (m_network) {
    m_network->update(networkConfig());
  }
  if (m_network) {
    session.startGraceful("coordinate", m_network->coordinate(session.yamux));
    session.startGraceful("report statistics", reportStats(session));
  }
  session.startGraceful("report metadata", session.metadata.run(session.client, m_manifest->metadata));
  session.startGraceful("report app health", session.health.run(session.client, m_manifest->apps));
  co_return Result<void>();
}

Task<Result<void>> Agent::takeManifest(rpc::AgentClient& client) {
  CO_TRY_ASSIGN(const auto wire, co_await client.getManifest());
  CO_TRY_ASSIGN(Manifest manifest, fromWire(wire));
  const auto lookup = [this](std::string_view name) {
    for (const auto& [known, value] : m_environment)
      if (known == name) return value;
    return std::string();
  };
  m_directory = expandPath(manifest.directory, m_user.home, lookup);
  m_manifest = std::move(manifest);
  rpc::agentpb::Startup startup;
  startup.set_version(std::string(kCoderVersion));
  startup.set_expanded_directory(m_directory);
  for (const int subsystem : m_options.subsystems)
    startup.add_subsystems(static_cast<rpc::agentpb::Startup::Subsystem>(subsystem));
  CO_TRY(co_await client.updateStartup(std::move(startup)));
  co_return Result<void>();
}

// The first manifest of this process.
Result<void> Agent::becomeReady() {
  writeSecretFiles();
  ssh::Options options = m_options.ssh;
  options.hostKeyPem = ssh::hostKeyPem(m_manifest->ownerName, m_manifest->workspaceName, m_manifest->agentName);
  m_ssh = std::make_unique<ssh::Server>(m_executor, static_cast<ssh::Host&>(*this), std::move(options));
  m_lifecycle.set(LifecycleState::Starting);
  m_tasks.spawn(runStartScripts());
  return openNetwork();
}

NetworkConfig Agent::networkConfig() const {
  return {.executor = m_executor,
          .agentId = m_manifest->agentId,
          .server = m_options.access.server,
          .http = {.defaultHeaders = m_options.access.extraHeaders},
          .derpMap = m_manifest->derpMap,
          .disablesDirectConnections = m_manifest->disablesDirectConnections,
          .forcesRelayWebSockets = m_manifest->forcesRelayWebSockets,
          .listenPort = m_options.listenPort};
}

Result<void> Agent::openNetwork() {
  if (!m_options.makeNetwork) return {};
  TRY_ASSIGN(m_network, m_options.makeNetwork(networkConfig()));
  TRY_ASSIGN(auto ssh, m_network->listen(kSshPort));
  m_tasks.spawn(acceptSsh(std::move(ssh)));
  TRY_ASSIGN(auto plainSsh, m_network->listen(kPlainSshPort));
  m_tasks.spawn(acceptSsh(std::move(plainSsh)));
  TRY_ASSIGN(auto speedtest, m_network->listen(kSpeedtestPort));
  m_tasks.spawn(acceptSpeedtests(std::move(speedtest)));
  TRY_ASSIGN(auto http, m_network->listen(kHttpPort));
  m_tasks.spawn(acceptHttp(std::move(http)));
  return {};
}

Task<void> Agent::acceptSsh(std::unique_ptr<StreamListener> listener) {
  while (auto stream = co_await listener->accept()) m_tasks.spawn(m_ssh->serve(std::move(*stream)));
}

Task<void> Agent::acceptSpeedtests(std::unique_ptr<StreamListener> listener) {
  while (auto stream = co_await listener->accept()) m_tasks.spawn(serveSpeedtest(std::move(*stream)));
}

Task<void> Agent::acceptHttp(std::unique_ptr<StreamListener> listener) {
  const http::Handler handler =
      makeHttpApi({.portsJson = [] { return toJson(listeningPorts({})); },
                   .netcheckJson = [this] { return m_network ? m_network->netcheckJson() : "{}"; },
                   .manifestJson = [this] { return manifestJson(); },
                   .logFile = m_options.logFile});
  while (auto stream = co_await listener->accept()) m_tasks.spawn(http::serveConnection(std::move(*stream), handler));
}

Task<void> Agent::runStartScripts() {
  const ScriptStatus status = co_await m_scripts->run(m_manifest->scripts, ScriptStage::Start);
  if (m_isStopping) co_return;
  m_lifecycle.set(startResult(status));
  startCron();
}

// Also behind start scripts that failed. A schedule that cannot be read concerns its script alone.
void Agent::startCron() {
  for (const Script& script : m_manifest->scripts) {
    if (script.cron.empty()) continue;
    const auto schedule = parseCron(script.cron);
    if (!schedule) {
      m_logs.add(script.logSourceId, LogLevel::Error, "cron: " + schedule.error().message());
      continue;
    }
    const auto runOnce = [this, script]() -> Task<void> { (void)co_await m_scripts->run({script}, ScriptStage::Cron); };
    m_tasks.spawn(repeatByCron(*schedule, m_clock, [this](WallTime at) { return sleepUntil(at); }, runOnce));
  }
}

// False when the agent stops. Looks at the clock again and again: it may be set, and stands still in a machine that
// sleeps.
Task<bool> Agent::sleepUntil(WallTime at) {
  while (!m_isStopping && m_clock.wallNow() < at) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(at - m_clock.wallNow());
    (void)co_await m_stopAsked.waitUntil(std::chrono::steady_clock::now() +
                                         std::min<std::chrono::milliseconds>(left, kClockCheck));
  }
  co_return !m_isStopping;
}

// After the script's last lines and before the lifecycle moves on (reference/agent-and-ide.md 1.8).
Task<void> Agent::reportTiming(ScriptTiming timing) {
  co_await waitUntil([this] { return m_logs.isEmpty() || !m_session; }, kLogFlushTime);
  const auto session = m_session;
  if (!session) co_return;
  rpc::agentpb::Timing wire;
  wire.set_script_id(rpc::toWire(timing.scriptId));
  *wire.mutable_start() = rpc::toTimestamp(timing.begin);
  *wire.mutable_end() = rpc::toTimestamp(timing.end);
  wire.set_exit_code(timing.exitCode);
  wire.set_stage(static_cast<rpc::agentpb::Timing::Stage>(timing.stage));
  wire.set_status(static_cast<rpc::agentpb::Timing::Status>(timing.status));
  if (const auto reported = co_await session->client.scriptCompleted(std::move(wire)); !reported)
    log::warning("report a script's result: {}", reported.error().message());
}

// An empty report first, which tells the interval; then one for each interval in which there was traffic.
Task<Result<void>> Agent::reportStats(Session& session) {
  asio::steady_timer timer(m_executor);
  std::chrono::nanoseconds interval = kDefaultStatsInterval;
  std::optional<rpc::agentpb::Stats> report;
  bool isDue = true;
  while (true) {
    if (isDue) {
      CO_TRY_ASSIGN(const auto answer, co_await session.client.updateStats(std::exchange(report, std::nullopt)));
      const auto wanted = rpc::fromDuration(answer.report_interval());
      if (wanted > std::chrono::nanoseconds(0)) interval = wanted;
    }
    timer.expires_after(interval);
    co_await timer.async_wait(asio::use_awaitable);
    const NetworkStats stats = m_network->takeStats();
    isDue = stats.connectionCount > 0;
    if (!isDue) continue;
    report.emplace();
    report->set_connection_count(stats.connectionCount);
    for (const auto& [protocol, count] : stats.connectionsByProtocol)
      (*report->mutable_connections_by_proto())[protocol] = count;
    report->set_rx_packets(stats.rxPackets);
    report->set_rx_bytes(stats.rxBytes);
    report->set_tx_packets(stats.txPackets);
    report->set_tx_bytes(stats.txBytes);
    report->set_session_count_ssh(m_sshSessions);
    report->set_session_count_vscode(m_vsCodeSessions);
    // Without a peer stock agents send minus a microsecond, in milliseconds.
    report->set_connection_median_latency_ms(
        stats.medianLatency ? std::chrono::duration<double, std::milli>(*stats.medianLatency).count() : -0.001);
  }
}

Task<void> Agent::stopGracefully() {
  log::info("stopping");
  const bool hasStarted = m_manifest.has_value();
  if (hasStarted) m_lifecycle.set(LifecycleState::ShuttingDown);
  // Sessions first, or clients would hang when the tunnel goes.
  if (m_ssh) {
    m_ssh->stop();
    co_await waitUntil([this] { return m_ssh->isIdle(); }, kSshStopTime);
  }
  if (m_session) m_session->isLeaving = true;
  if (m_network) co_await m_network->leave();
  if (m_session) m_session->graceful.cancel();
  m_scripts->hangUp();
  if (hasStarted) {
    const ScriptStatus status = co_await m_scripts->run(m_manifest->scripts, ScriptStage::Stop);
    m_lifecycle.set(stopResult(status));
    co_await waitUntil([this] { return m_lifecycle.isIdle() && m_logs.isEmpty() && m_connections.isIdle(); },
                       kLastReportTime);
  }
  m_isEnded = true;
  m_backOff.cancel();
  if (m_session) m_session->yamux->close();
  if (m_network) m_network->stop();
}

Task<void> Agent::waitUntil(const std::function<bool()>& isTrue, std::chrono::milliseconds limit) {
  asio::steady_timer timer(m_executor);
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!isTrue() && std::chrono::steady_clock::now() < end) {
    timer.expires_after(kPollInterval);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

void Agent::writeSecretFiles() {
  for (const UserSecret& secret : m_manifest->secrets) {
    if (secret.filePath.empty()) continue;
    const std::string path =
        secret.filePath.starts_with("~/") ? m_user.home + secret.filePath.substr(1) : secret.filePath;
    if (const auto written = writeSecretFile(path, secret.value.reveal()); !written)
      log::warning("secret file: {}", written.error().message());
  }
}

std::string Agent::manifestJson() const {
  if (!m_manifest) return {};
  boost::json::object environment;
  for (const auto& [name, value] : m_manifest->environment) environment[name] = value.empty() ? "" : "***REDACTED***";
  return boost::json::serialize(boost::json::object{{"agent_id", m_manifest->agentId.toString()},
                                                    {"workspace_id", m_manifest->workspaceId.toString()},
                                                    {"owner_name", m_manifest->ownerName},
                                                    {"workspace_name", m_manifest->workspaceName},
                                                    {"agent_name", m_manifest->agentName},
                                                    {"directory", m_manifest->directory},
                                                    {"environment_variables", std::move(environment)}});
}

Result<Command> Agent::makeCommand(std::string_view text, const Variables& clientVariables) {
  if (!m_manifest) return fail(ErrorCode::Unavailable, "no manifest yet: the agent has not reached its server");
  const EnvironmentInputs inputs{.process = m_environment,
                                 .client = clientVariables,
                                 .user = m_user,
                                 .agentBinary = m_options.binary,
                                 .scriptDirectory = m_scripts->binDirectory().string()};
  Command command{.arguments = commandArguments(m_user.shell, text),
                  .environment = buildEnvironment(inputs, *m_manifest, m_options.access.token),
                  .directory = m_directory};
  // Missing before a first checkout, or of another user.
  if (command.directory.empty() || ::access(command.directory.c_str(), X_OK) != 0) command.directory = m_user.home;
  return command;
}

Result<Command> Agent::sessionCommand(std::string_view text, const Variables& clientVariables) {
  TRY_ASSIGN(Command command, makeCommand(text, clientVariables));
  // The address of a peer in the tunnel says nothing outside it (reference/agent-and-ide.md 1.9).
  setVariable(command.environment, "SSH_CLIENT", "0.0.0.0 0 0");
  setVariable(command.environment, "SSH_CONNECTION", "0.0.0.0 0 0.0.0.0 0");
  return command;
}

Result<Command> Agent::sftpCommand(const Variables& clientVariables) {
  TRY_ASSIGN(Command command, makeCommand("", clientVariables));
  // Works even when the file has been removed meanwhile.
  command.arguments = {"/proc/self/exe", "sftp-server"};
  return command;
}

void Agent::onSessionStarted(const Uuid& id, ssh::SessionType type) {
  if (type == ssh::SessionType::Ssh) ++m_sshSessions;
  if (type == ssh::SessionType::VsCode) ++m_vsCodeSessions;
  m_connections.add({.id = id, .isConnect = true, .type = connectionType(type), .at = m_clock.wallNow()});
}

void Agent::onSessionEnded(const Uuid& id, ssh::SessionType type, int status, const std::string& reason) {
  if (type == ssh::SessionType::Ssh) --m_sshSessions;
  if (type == ssh::SessionType::VsCode) --m_vsCodeSessions;
  m_connections.add({.id = id,
                     .isConnect = false,
                     .type = connectionType(type),
                     .at = m_clock.wallNow(),
                     .status = status,
                     .reason = reason});
}

}  // namespace berth::agent
