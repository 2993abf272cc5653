#include "core/agent/ssh/SessionChannel.h"

#include <csignal>
#include <filesystem>

#include "core/agent/SessionStatus.h"
#include "core/base/Log.h"

// libssh marks its terminal accessors for callback servers only; ours answers from a queue (see Connection.h).
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace berth::agent::ssh {

namespace {

// What a client may send; enough for every real one, and a bound on what one session can hold.
constexpr std::size_t kMaxVariables = 512;
constexpr std::size_t kMaxVariableBytes = 128 * 1024;

// RFC 4254 6.10
int signalNumber(std::string_view name) {
  static constexpr std::pair<std::string_view, int> kSignals[] = {
      {"ABRT", SIGABRT}, {"ALRM", SIGALRM}, {"FPE", SIGFPE},   {"HUP", SIGHUP},   {"ILL", SIGILL},
      {"INT", SIGINT},   {"KILL", SIGKILL}, {"PIPE", SIGPIPE}, {"QUIT", SIGQUIT}, {"SEGV", SIGSEGV},
      {"TERM", SIGTERM}, {"USR1", SIGUSR1}, {"USR2", SIGUSR2}};
  for (const auto& [known, number] : kSignals)
    if (name == known) return number;
  return 0;
}

std::uint16_t clampSize(int value) { return static_cast<std::uint16_t>(std::clamp(value, 0, 65535)); }

TerminalSize terminalSize(ssh_message message) {
  return {clampSize(ssh_message_channel_request_pty_width(message)),
          clampSize(ssh_message_channel_request_pty_height(message)),
          clampSize(ssh_message_channel_request_pty_pxwidth(message)),
          clampSize(ssh_message_channel_request_pty_pxheight(message))};
}

// reference/agent-and-ide.md 2.8
bool isTransferCommand(std::string_view command) {
  const auto begin = command.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return false;
  const auto end = std::min(command.find_first_of(" \t", begin), command.size());
  const auto name = std::filesystem::path(command.substr(begin, end - begin)).filename().string();
  return name == "nc" || name == "rsync" || name == "scp" || name == "sftp";
}

std::string endReason(int status) {
  return status == 0 ? "graceful" : std::format("process exited with error status: {}", status);
}

}  // namespace

SessionChannel::SessionChannel(std::shared_ptr<Connection> connection, ssh_channel handle)
    : Channel(std::move(connection), handle) {}

void SessionChannel::onRequest(MessageHandle message) {
  const auto accept = [&] { ssh_message_channel_request_reply_success(message.get()); };
  const auto refuse = [&] { ssh_message_reply_default(message.get()); };
  Host& host = connection().server().host;
  switch (ssh_message_subtype(message.get())) {
    case SSH_CHANNEL_REQUEST_ENV: {
      std::string name = ssh_message_channel_request_env_name(message.get());
      std::string value = ssh_message_channel_request_env_value(message.get());
      if (m_variables.size() >= kMaxVariables || name.size() + value.size() > kMaxVariableBytes || name.empty() ||
          name.find('=') != std::string::npos)
        return (void)refuse();
      if (name == "CODER_SSH_SESSION_TYPE") m_type = parseSessionType(value);
      m_variables.emplace_back(std::move(name), std::move(value));
      return (void)accept();
    }
    case SSH_CHANNEL_REQUEST_PTY:
      if (m_isStarted) return (void)refuse();
      m_terminal = Terminal{ssh_message_channel_request_pty_term(message.get()), terminalSize(message.get())};
      return (void)accept();
    case SSH_CHANNEL_REQUEST_WINDOW_CHANGE: return onWindowChange(terminalSize(message.get()));
    case SSH_CHANNEL_REQUEST_SHELL:
      if (m_isStarted) return (void)refuse();
      accept();
      return startProgram(host.sessionCommand("", m_variables));
    case SSH_CHANNEL_REQUEST_EXEC: {
      if (m_isStarted) return (void)refuse();
      const std::string command = ssh_message_channel_request_command(message.get());
      accept();
      if (connection().server().options.blocksFileTransfer && isTransferCommand(command)) return refuseTransfer(true);
      return startProgram(host.sessionCommand(command, m_variables));
    }
    case SSH_CHANNEL_REQUEST_SUBSYSTEM:
      if (m_isStarted) return (void)refuse();
      accept();
      return startSubsystem(ssh_message_channel_request_subsystem(message.get()));
    default: refuse();
  }
}

void SessionChannel::startSubsystem(std::string_view name) {
  if (name != "sftp") return endWith(kStatusRefused, std::format("unsupported subsystem: {}", name));
  if (connection().server().options.blocksFileTransfer) return refuseTransfer(false);
  m_terminal.reset();
  startProgram(connection().server().host.sftpCommand(m_variables));
}

void SessionChannel::refuseTransfer(bool saysWhy) {
  if (saysWhy)
    say("\x02"
        "File transfer has been disabled.\n",
        false);
  endWith(kStatusTransferBlocked, "file transfer blocked");
}

// Without the client's agent the program has none; that is no reason not to start it.
void SessionChannel::offerAgent(Command& command) {
  auto agent = AgentSocket::open(connection().executor());
  if (!agent) return log::warning("ssh session: {}", agent.error().message());
  m_agent = *agent;
  setVariable(command.environment, "SSH_AUTH_SOCK", m_agent->path());
  connection().serveAgent(m_agent);
}

void SessionChannel::startProgram(Result<Command> command) {
  m_isStarted = true;
  Server::State& server = connection().server();
  if (m_type != SessionType::JetBrains) {
    m_isReported = true;
    server.host.onSessionStarted(m_id, m_type);
  }
  if (server.isStopping) return finish();
  if (command && m_forwardsAgent) offerAgent(*command);
  auto process = command ? SessionProcess::start(connection().executor(), *command, m_terminal)
                         : Result<std::shared_ptr<SessionProcess>>(std::unexpected(command.error()));
  if (!process) {
    log::warning("ssh session: {}", process.error().message());
    say(process.error().message() + (m_terminal ? "\r\n" : "\n"), !m_terminal);
    return endWith(kStatusAgentFailure, process.error().message());
  }
  m_process = *process;
  server.remember(m_process);
  asio::co_spawn(connection().executor(), runProgram(std::static_pointer_cast<SessionChannel>(shared_from_this())),
                 asio::detached);
}

Task<void> SessionChannel::runProgram(std::shared_ptr<SessionChannel> self) {
  using asio::experimental::awaitable_operators::operator&&;
  const auto process = self->m_process;
  self->attachSink(process->input(), process->hasTerminal() ? SinkEnd::Keep : SinkEnd::Close);
  bool isComplete = true;
  if (process->hasTerminal()) {
    isComplete = co_await self->pumpOutput(process->output(), false);
  } else {
    const auto [output, errorOutput] =
        co_await (self->pumpOutput(process->output(), false) && self->pumpOutput(process->errorOutput(), true));
    isComplete = output && errorOutput;
  }
  if (!isComplete) co_return;  // onDetached() has said the rest
  const int status = co_await process->wait();
  self->endWith(status, endReason(status));
}

void SessionChannel::endWith(int status, const std::string& reason) {
  m_isStarted = true;
  if (isDetached()) return;
  if (!connection().server().isStopping) ssh_channel_request_send_exit_status(handle(), status);
  sendEof();
  if (m_isReported) {
    m_isReported = false;
    connection().server().host.onSessionEnded(m_id, m_type, status, reason);
  }
  finish();
}

void SessionChannel::onDetached() {
  if (m_agent) m_agent->close();
  if (m_isReported) {
    m_isReported = false;
    Server::State& server = connection().server();
    server.host.onSessionEnded(m_id, m_type, kStatusOfLostSession,
                               server.isStopping ? "server is closing" : "the client closed the session");
  }
  if (!m_process) return;
  // With a terminal the hang-up ends the program, as closing a terminal window does; without one it only loses its
  // pipes (reference/agent-and-ide.md 2.5, 2.6).
  if (m_process->hasTerminal()) m_process->signal(SIGHUP);
  boost::system::error_code ignored;
  for (Descriptor* descriptor : {&m_process->input(), &m_process->output(), &m_process->errorOutput()})
    if (descriptor->is_open()) descriptor->close(ignored);
}

void SessionChannel::onSignal(std::string_view name) {
  const int number = signalNumber(name);
  if (m_process && number != 0) m_process->signal(number);
}

void SessionChannel::onWindowChange(const TerminalSize& size) {
  if (!m_terminal) return;
  m_terminal->size = size;
  if (m_process) m_process->resize(size);
}

}  // namespace berth::agent::ssh
