#include "tests/integration/agent/SshLoopback.h"

#include "core/agent/ssh/HostKey.h"

namespace berth::test {

namespace {

agent::ssh::Options withKey(agent::ssh::Options options) {
  options.hostKeyPem = agent::ssh::hostKeyPem("alice", "dev", "main");
  return options;
}

agent::Manifest makeManifest() {
  agent::Manifest manifest;
  manifest.ownerName = "alice";
  manifest.workspaceName = "dev";
  manifest.agentName = "main";
  manifest.environment["GREETING"] = "moin";
  return manifest;
}

}  // namespace

SshLoopback::SshLoopback(std::uint16_t port, agent::ssh::Options options)
    : m_listener(listenTcp(m_loop.get_executor(), std::format("127.0.0.1:{}", port)).value()),
      m_port(m_listener->port()),
      m_user(agent::currentUser()),
      m_server(m_loop.get_executor(), *this, withKey(std::move(options))) {
  asio::co_spawn(m_loop, acceptAll(), asio::detached);
  m_thread = std::thread([this] { m_loop.run(); });
}

SshLoopback::~SshLoopback() {
  stopServer();
  m_loop.stop();
  m_thread.join();
}

void SshLoopback::stopServer() {
  asio::post(m_loop, [this] {
    m_listener->close();
    m_server.stop();
  });
}

Task<void> SshLoopback::acceptAll() {
  while (true) {
    auto stream = co_await m_listener->accept();
    if (!stream) break;
    asio::co_spawn(m_loop, m_server.serve(std::move(*stream)), asio::detached);
  }
}

std::vector<SessionReport> SshLoopback::reports() const {
  const std::lock_guard lock(m_mutex);
  return m_reports;
}

Result<agent::Command> SshLoopback::sessionCommand(std::string_view text, const agent::Variables& clientVariables) {
  const agent::EnvironmentInputs inputs{.process = agent::processEnvironment(),
                                        .client = clientVariables,
                                        .user = m_user,
                                        .agentBinary = "/opt/berth-agent",
                                        .scriptDirectory = "/opt/bin"};
  return agent::Command{.arguments = agent::commandArguments(m_user.shell, text),
                        .environment = agent::buildEnvironment(inputs, makeManifest(), Secret("token")),
                        .directory = m_user.home};
}

Result<agent::Command> SshLoopback::sftpCommand(const agent::Variables& clientVariables) {
  auto command = sessionCommand("", clientVariables);
  if (command) command->arguments = {"/proc/self/exe", "sftp-server"};
  return command;
}

void SshLoopback::onSessionStarted(const Uuid&, agent::ssh::SessionType) {}

void SshLoopback::onSessionEnded(const Uuid&, agent::ssh::SessionType type, int status, const std::string& reason) {
  const std::lock_guard lock(m_mutex);
  m_reports.push_back({type, status, reason});
}

}  // namespace berth::test
