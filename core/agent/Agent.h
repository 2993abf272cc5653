// The workspace agent: connects to the control plane and stays connected, runs the template's scripts, and serves SSH
// and the rest over the tunnel. Sessions and scripts survive the loss of the control plane (reference/agent-and-ide.md
// 1, reference/tailnet.md 7).
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "core/agent/Manifest.h"
#include "core/agent/Network.h"
#include "core/agent/Passwd.h"
#include "core/agent/ServerAccess.h"
#include "core/agent/life/LogSender.h"
#include "core/agent/life/Metadata.h"
#include "core/agent/life/Reporters.h"
#include "core/agent/life/ScriptRunner.h"
#include "core/agent/ssh/Server.h"
#include "core/base/Notifier.h"
#include "core/base/TaskGroup.h"

namespace berth::agent {

struct AgentOptions {
  ServerAccess access;
  std::string binary;  // this program's path, for programs that call it back
  std::filesystem::path logDirectory;
  std::filesystem::path scriptDataDirectory;
  std::string logFile;
  std::vector<int> subsystems;  // numbers as on the wire
  std::uint16_t listenPort = 0;
  ssh::Options ssh;  // without the key
  NetworkFactory makeNetwork;
};

// All calls on the executor.
class Agent final : private ssh::Host {
 public:
  Agent(asio::any_io_executor executor, const Clock& clock, AgentOptions options);
  ~Agent() override;

  // Until a graceful stop has ended.
  Task<void> run();

  // Begins the graceful stop: sessions, coordinator, stop scripts, last reports (reference/agent-and-ide.md 1.11).
  void stop();

 private:
  struct Session;

  Task<void> connectForever();
  Task<Result<void>> connectGuarded();
  Task<Result<void>> connectOnce();
  Task<Result<void>> handleManifest(Session& session);
  Task<Result<void>> takeManifest(rpc::AgentClient& client);
  Result<void> becomeReady();
  Result<void> openNetwork();
  NetworkConfig networkConfig() const;
  Task<void> acceptSsh(std::unique_ptr<StreamListener> listener);
  Task<void> acceptSpeedtests(std::unique_ptr<StreamListener> listener);
  Task<void> acceptHttp(std::unique_ptr<StreamListener> listener);
  Task<void> runStartScripts();
  void startCron();
  Task<bool> sleepUntil(WallTime at);
  Task<Result<void>> reportStats(Session& session);
  Task<void> reportTiming(ScriptTiming timing);
  Task<void> stopGracefully();
  Task<void> waitUntil(const std::function<bool()>& isTrue, std::chrono::milliseconds limit);
  void writeSecretFiles();
  std::string manifestJson() const;
  Result<Command> makeCommand(std::string_view text, const Variables& clientVariables);

  Result<Command> sessionCommand(std::string_view text, const Variables& clientVariables) override;
  Result<Command> sftpCommand(const Variables& clientVariables) override;
  void onSessionStarted(const Uuid& id, ssh::SessionType type) override;
  void onSessionEnded(const Uuid& id, ssh::SessionType type, int status, const std::string& reason) override;

  asio::any_io_executor m_executor;
  const Clock& m_clock;
  AgentOptions m_options;
  User m_user;
  Variables m_environment;
  std::optional<Manifest> m_manifest;
  std::string m_directory;  // the manifest's, expanded
  LogSender m_logs;
  LifecycleReporter m_lifecycle;
  ConnectionReporter m_connections;
  std::unique_ptr<ScriptRunner> m_scripts;
  std::unique_ptr<ssh::Server> m_ssh;
  std::unique_ptr<Network> m_network;
  std::shared_ptr<Session> m_session;  // null while disconnected
  std::int64_t m_sshSessions = 0;
  std::int64_t m_vsCodeSessions = 0;
  bool m_isStopping = false;
  bool m_isEnded = false;
  Notifier m_stopAsked;
  asio::steady_timer m_backOff;
  TaskGroup m_tasks;
};

}  // namespace berth::agent
