// A program of an SSH session: with a pseudo-terminal or with three pipes, in a process group of its own. Unlike a
// Subprocess it is not ended when its owner goes: what a session without terminal leaves behind runs on, as with
// OpenSSH (reference/agent-and-ide.md 2.6).
#pragma once

#include <sys/types.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <memory>
#include <optional>
#include <string>

#include "core/agent/Command.h"
#include "core/base/Error.h"
#include "core/base/Notifier.h"
#include "core/base/Task.h"

namespace berth::agent {

struct TerminalSize {
  std::uint16_t columns = 80;
  std::uint16_t rows = 24;
  std::uint16_t widthPixels = 0;
  std::uint16_t heightPixels = 0;
};

struct Terminal {
  std::string type;  // TERM
  TerminalSize size;
};

// All calls on the executor.
class SessionProcess : public std::enable_shared_from_this<SessionProcess> {
 public:
  using Descriptor = asio::posix::stream_descriptor;

  // The error says what could not be done: no such program, no pseudo-terminal.
  static Result<std::shared_ptr<SessionProcess>> start(asio::any_io_executor executor, const Command& command,
                                                       const std::optional<Terminal>& terminal);

  pid_t id() const noexcept { return m_id; }
  bool hasTerminal() const noexcept { return m_hasTerminal; }

  // Non-blocking. With a terminal, input() and output() are its master and errorOutput() is closed.
  Descriptor& input() noexcept { return m_input; }
  Descriptor& output() noexcept { return m_output; }
  Descriptor& errorOutput() noexcept { return m_errorOutput; }

  void resize(const TerminalSize& size) noexcept;

  // To the program's process group; nothing after its end.
  void signal(int number) noexcept;

  // The status for an SSH client: the exit code, or 255 after a signal.
  Task<int> wait();
  bool hasEnded() const noexcept { return m_status.has_value(); }

 private:
  explicit SessionProcess(const asio::any_io_executor& executor);
  void watch();
  bool reap();

  Descriptor m_input;
  Descriptor m_output;
  Descriptor m_errorOutput;
  asio::signal_set m_childSignals;
  Notifier m_ended;
  pid_t m_id = -1;
  bool m_hasTerminal = false;
  std::optional<int> m_status;
};

}  // namespace berth::agent
