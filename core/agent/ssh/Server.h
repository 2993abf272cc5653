// The agent's SSH server: any stream in, programs and forwards out. No authentication: reaching the stream through the
// tunnel is the authorisation (reference/agent-and-ide.md 2, reference/tailnet.md 3.4).
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "core/agent/Command.h"
#include "core/agent/Environment.h"
#include "core/base/Error.h"
#include "core/base/Ids.h"
#include "core/base/Stream.h"

namespace berth::agent::ssh {

// Of CODER_SSH_SESSION_TYPE (reference/agent-and-ide.md 2.12).
enum class SessionType { Unknown, Ssh, VsCode, JetBrains };
SessionType parseSessionType(std::string_view text);

// What the server needs from the agent around it.
class Host {
 public:
  virtual ~Host() = default;

  // The program for an exec request, or a login shell for an empty text. Unavailable before the first manifest.
  virtual Result<Command> sessionCommand(std::string_view text, const Variables& clientVariables) = 0;
  // The sftp subsystem.
  virtual Result<Command> sftpCommand(const Variables& clientVariables) = 0;

  virtual void onSessionStarted(const Uuid& id, SessionType type) = 0;
  virtual void onSessionEnded(const Uuid& id, SessionType type, int status, const std::string& reason) = 0;
};

struct Options {
  std::string hostKeyPem;
  bool blocksFileTransfer = false;
  bool blocksLocalForwarding = false;
  bool blocksReverseForwarding = false;
  std::chrono::seconds loginTime{60};                        // from the first byte to the end of the handshake
  std::chrono::seconds maxTimeout = std::chrono::hours(72);  // a silent client is probed three times in this time
};

// All calls on the executor. The host must outlive it.
class Server {
 public:
  Server(asio::any_io_executor executor, Host& host, Options options);
  ~Server();

  // Serves one connection until it ends.
  Task<void> serve(std::unique_ptr<Stream> stream);

  // No connection is open and nothing that a session started still runs.
  bool isIdle() const noexcept;

  // Refuses new sessions, closes connections without an exit status and hangs up what they started. May be called
  // twice.
  void stop();

  struct State;

 private:
  std::shared_ptr<State> m_state;
};

}  // namespace berth::agent::ssh
