// The agent's SSH server on a TCP port of loopback, with a fixed manifest and without a control plane.
#pragma once

#include <boost/asio/io_context.hpp>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/agent/ssh/Server.h"
#include "core/base/Tcp.h"

namespace berth::test {

// Sessions as the agent would report them.
struct SessionReport {
  agent::ssh::SessionType type;
  int status;
  std::string reason;
};

class SshLoopback final : public agent::ssh::Host {
 public:
  // Runs on a thread of its own until destruction.
  explicit SshLoopback(std::uint16_t port = 0, agent::ssh::Options options = {});
  ~SshLoopback() override;

  std::uint16_t port() const { return m_port; }
  std::vector<SessionReport> reports() const;
  void stopServer();  // as the agent does when it ends

  Result<agent::Command> sessionCommand(std::string_view text, const agent::Variables& clientVariables) override;
  Result<agent::Command> sftpCommand(const agent::Variables& clientVariables) override;
  void onSessionStarted(const Uuid& id, agent::ssh::SessionType type) override;
  void onSessionEnded(const Uuid& id, agent::ssh::SessionType type, int status, const std::string& reason) override;

 private:
  Task<void> acceptAll();

  asio::io_context m_loop;
  std::unique_ptr<TcpListener> m_listener;
  std::uint16_t m_port;
  agent::User m_user;
  mutable std::mutex m_mutex;
  std::vector<SessionReport> m_reports;  // guarded by m_mutex
  agent::ssh::Server m_server;
  std::thread m_thread;
};

}  // namespace berth::test
