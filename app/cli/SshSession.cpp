#include "app/cli/SshSession.h"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdlib>
#include <format>

#include "app/cli/Ssh2Channel.h"
#include "app/cli/SshForwards.h"
#include "app/cli/StandardStreams.h"
#include "app/cli/Terminal.h"

namespace berth::cli {

namespace {

constexpr unsigned kWindow = 4U << 20;
constexpr unsigned kPacket = 32768;
constexpr std::size_t kCopySize = 64 * 1024;
constexpr int kNoExitCode = 255;  // as OpenSSH's when the remote end gives none

// The local terminal hands every key on while this lives.
class RawTerminal {
 public:
  RawTerminal() {
    m_isSet = ::isatty(STDIN_FILENO) == 1 && ::tcgetattr(STDIN_FILENO, &m_before) == 0;
    if (!m_isSet) return;
    termios raw = m_before;
    ::cfmakeraw(&raw);
    ::tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
  }
  ~RawTerminal() {
    if (m_isSet) ::tcsetattr(STDIN_FILENO, TCSADRAIN, &m_before);
  }
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;

 private:
  termios m_before{};
  bool m_isSet = false;
};

struct TerminalSize {
  int columns = 80;
  int rows = 24;
};

TerminalSize terminalSize() {
  winsize size{};
  if (::ioctl(STDIN_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return {};
  return {size.ws_col, size.ws_row};
}

Task<Result<void>> signIn(std::shared_ptr<Ssh2Link> link, int placeholder) {
  auto* session = link->session();
  if (co_await link->attempt([session, placeholder] { return libssh2_session_handshake(session, placeholder); }) != 0)
    co_return fail(link->error("SSH handshake"));
  // Asking which methods there are tries "none", which is the one that works.
  const int signedIn = co_await link->attempt([session]() -> int {
    const char* methods = libssh2_userauth_list(session, "", 0);
    if (methods == nullptr && libssh2_userauth_authenticated(session) == 1) return 0;
    if (methods == nullptr) return libssh2_session_last_errno(session);
    return LIBSSH2_ERROR_AUTHENTICATION_FAILED;
  });
  if (signedIn != 0) co_return fail(link->error("SSH sign-in"));
  co_return Result<void>();
}

using Channel = std::shared_ptr<Ssh2Channel>;

Task<Result<Channel>> openChannel(std::shared_ptr<Ssh2Link> link) {
  LIBSSH2_CHANNEL* handle = nullptr;
  const int opened = co_await link->attempt([&link, &handle]() -> int {
    handle = libssh2_channel_open_ex(link->session(), "session", 7, kWindow, kPacket, nullptr, 0);
    return handle != nullptr ? 0 : libssh2_session_last_errno(link->session());
  });
  if (opened != 0) co_return fail(link->error("open an SSH session"));
  co_return std::make_shared<Ssh2Channel>(std::move(link), handle);
}

Task<Result<void>> requestTerminal(Channel channel) {
  const char* named = std::getenv("TERM");
  const std::string type = named != nullptr && *named != '\0' ? named : "xterm-256color";
  const auto size = terminalSize();
  const int requested = co_await channel->link().attempt([channel, &type, size] {
    return libssh2_channel_request_pty_ex(channel->handle(), type.data(), static_cast<unsigned>(type.size()), nullptr,
                                          0, size.columns, size.rows, 0, 0);
  });
  if (requested != 0) co_return fail(channel->link().error("ask for a terminal"));
  co_return Result<void>();
}

// The terminal may be raw meanwhile.
void report(const std::string& text) { printStatus(text + '\r'); }

Task<Result<void>> openForwards(std::shared_ptr<Ssh2Link> link, const SshRequest& request) {
  for (const auto& forward : request.remoteForwards) {
    CO_TRY_ASSIGN(const auto port, co_await forwardBack(link, forward, report));
    if (forward.remotePort == 0)
      printStatus(std::format("Port {} of the workspace leads to {}:{}", port, forward.localHost, forward.localPort));
  }
  co_return Result<void>();
}

Task<Result<void>> begin(Channel channel, const SshRequest& request) {
  Ssh2Link& link = channel->link();
  for (const auto& [name, value] : request.environment)
    // Servers may refuse names; that is no reason to give up.
    co_await link.attempt([channel, &name, &value] {
      return libssh2_channel_setenv_ex(channel->handle(), name.data(), static_cast<unsigned>(name.size()), value.data(),
                                       static_cast<unsigned>(value.size()));
    });
  if (!request.agentSocket.empty()) CO_TRY(co_await forwardAgent(*channel, request.agentSocket, report));
  if (request.wantsTerminal) CO_TRY(co_await requestTerminal(channel));
  const std::string kind = request.command.empty() ? "shell" : "exec";
  const int begun = co_await link.attempt([channel, &kind, &request] {
    const auto& command = request.command;
    return libssh2_channel_process_startup(channel->handle(), kind.data(), static_cast<unsigned>(kind.size()),
                                           command.empty() ? nullptr : command.data(),
                                           static_cast<unsigned>(command.size()));
  });
  if (begun != 0) co_return fail(link.error(std::format("start the {}", kind)));
  co_return Result<void>();
}

// Runs until the input or the connection ends; nobody waits for it.
Task<void> copyInput(Channel channel, StandardStreams& local) {
  Bytes buffer(kCopySize);
  while (!channel->link().isOver()) {
    const auto count = co_await local.readSome(buffer);
    if (!count) break;
    if (!co_await channel->write(ByteView(buffer).first(*count))) co_return;
  }
  if (!channel->link().isOver()) co_await channel->closeWrite();
}

// What one of the two output streams has; 0 when there is nothing now.
int readNow(const Ssh2Channel& channel, int stream, Bytes& buffer) {
  const auto count =
      libssh2_channel_read_ex(channel.handle(), stream, reinterpret_cast<char*>(buffer.data()), buffer.size());
  return count == LIBSSH2_ERROR_EAGAIN ? 0 : static_cast<int>(count);
}

Task<Result<void>> copyOutput(Channel channel, StandardStreams& local) {
  Ssh2Link& link = channel->link();
  Bytes buffer(kCopySize);
  while (true) {
    const int output = readNow(*channel, 0, buffer);
    if (output > 0) CO_TRY(co_await local.write(ByteView(buffer).first(static_cast<std::size_t>(output))));
    const int error = readNow(*channel, SSH_EXTENDED_DATA_STDERR, buffer);
    if (error > 0) CO_TRY(co_await local.writeError(ByteView(buffer).first(static_cast<std::size_t>(error))));
    link.flush();
    if (output > 0 || error > 0) continue;
    if (libssh2_channel_eof(channel->handle()) == 1) co_return Result<void>();
    const bool isBroken = output < 0 || error < 0;
    if (isBroken && !link.isOver()) co_return fail(link.error("SSH session"));
    if (isBroken || !co_await link.waitForInput())
      co_return fail(ErrorCode::ConnectionLost, link.failure()
                                                    ? link.failure()->message()
                                                    : std::string("the connection to the workspace was lost"));
  }
}

Task<Result<int>> exitCode(Channel channel) {
  const int closed =
      co_await channel->link().attempt([channel] { return libssh2_channel_wait_closed(channel->handle()); });
  if (closed != 0) co_return fail(ErrorCode::ConnectionLost, "the connection ended before the exit code came");
  char* signal = nullptr;
  libssh2_channel_get_exit_signal(channel->handle(), &signal, nullptr, nullptr, nullptr, nullptr, nullptr);
  if (signal != nullptr) co_return kNoExitCode;
  co_return libssh2_channel_get_exit_status(channel->handle());
}

void followWindowSize(asio::signal_set& signals, Channel channel) {
  signals.async_wait([&signals, channel](const boost::system::error_code& error, int) {
    if (error) return;
    const auto size = terminalSize();
    libssh2_channel_request_pty_size_ex(channel->handle(), size.columns, size.rows, 0, 0);
    channel->link().flush();
    followWindowSize(signals, channel);
  });
}

}  // namespace

Task<Result<int>> runSsh(std::shared_ptr<Stream> stream, StandardStreams& local, SshRequest request) {
  const auto link = std::make_shared<Ssh2Link>(std::move(stream));
  link->start();
  CO_TRY(co_await signIn(link, link->placeholder()));
  CO_TRY(co_await openForwards(link, request));
  CO_TRY_ASSIGN(const Channel channel, co_await openChannel(link));
  CO_TRY(co_await begin(channel, request));

  std::optional<RawTerminal> raw;
  asio::signal_set resizes(local.executor());
  if (request.wantsTerminal) {
    raw.emplace();
    resizes.add(SIGWINCH);
    followWindowSize(resizes, channel);
  }
  asio::co_spawn(local.executor(), copyInput(channel, local), asio::detached);
  auto copied = co_await copyOutput(channel, local);
  if (!copied) {
    link->close();
    co_return fail(copied.error());
  }
  auto code = co_await exitCode(channel);
  link->close();
  co_return code;
}

}  // namespace berth::cli
