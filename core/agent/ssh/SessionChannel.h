// A "session" channel (RFC 4254 6): environment and terminal are noted, then one program runs to its end.
#pragma once

#include "core/agent/SessionProcess.h"
#include "core/agent/ssh/AgentSocket.h"
#include "core/agent/ssh/Channel.h"
#include "core/base/Ids.h"

namespace berth::agent::ssh {

class SessionChannel final : public Channel {
 public:
  SessionChannel(std::shared_ptr<Connection> connection, ssh_channel handle);

  void onRequest(MessageHandle message) override;

 private:
  void onDetached() override;
  void onSignal(std::string_view name) override;
  void onAgentRequest() override { m_forwardsAgent = true; }
  void onWindowChange(const TerminalSize& size);
  void startProgram(Result<Command> command);
  void offerAgent(Command& command);
  void startSubsystem(std::string_view name);
  void refuseTransfer(bool saysWhy);
  void endWith(int status, const std::string& reason);
  static Task<void> runProgram(std::shared_ptr<SessionChannel> self);

  Uuid m_id = Uuid::random();
  SessionType m_type = SessionType::Ssh;
  Variables m_variables;
  std::optional<Terminal> m_terminal;
  std::shared_ptr<SessionProcess> m_process;
  std::shared_ptr<AgentSocket> m_agent;  // while the program runs
  bool m_forwardsAgent = false;
  bool m_isStarted = false;
  bool m_isReported = false;
};

}  // namespace berth::agent::ssh
