#include "core/agent/SessionProcess.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "core/agent/Environment.h"
#include "core/agent/SessionStatus.h"

namespace berth::agent {

namespace {

constexpr int kPipeCapacity = 1 << 18;  // one wake-up then moves more; the kernel may refuse, which is fine

class Fd {
 public:
  Fd() = default;
  explicit Fd(int number) : m_number(number) {}
  Fd(Fd&& other) noexcept : m_number(std::exchange(other.m_number, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(m_number, other.m_number);
    return *this;
  }
  ~Fd() {
    if (m_number >= 0) ::close(m_number);
  }
  int get() const noexcept { return m_number; }
  int release() noexcept { return std::exchange(m_number, -1); }

 private:
  int m_number = -1;
};

// What the child needs, all made before fork(): after it only async-signal-safe calls are allowed.
struct ChildPlan {
  std::vector<std::string> programs;  // paths to try in turn
  std::vector<char*> arguments;
  std::vector<char*> environment;
  const char* directory = nullptr;
  int input = -1;
  int output = -1;
  int errorOutput = -1;
  int failures = -1;  // the write end of a pipe that closes at exec
  bool hasTerminal = false;
};

// Sockets that libraries opened without the flag would live on in the program: a forwarded connection that ends here
// would not end for its peer.
void closeOthersAtExec() {
  constexpr unsigned kFirst = STDERR_FILENO + 1;
  if (::syscall(SYS_close_range, kFirst, ~0U, CLOSE_RANGE_CLOEXEC) == 0) return;
  rlimit limit{};  // a kernel before 5.11
  ::getrlimit(RLIMIT_NOFILE, &limit);
  for (unsigned number = kFirst; number < std::min<rlim_t>(limit.rlim_cur, 1U << 16); ++number)
    ::fcntl(static_cast<int>(number), F_SETFD, FD_CLOEXEC);
}

[[noreturn]] void runChild(const ChildPlan& plan) {
  ::setsid();
  if (plan.hasTerminal) ::ioctl(plan.input, TIOCSCTTY, 0);
  ::dup2(plan.input, STDIN_FILENO);
  ::dup2(plan.output, STDOUT_FILENO);
  ::dup2(plan.errorOutput, STDERR_FILENO);
  closeOthersAtExec();
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  int error = 0;
  if (::chdir(plan.directory) != 0 && ::chdir("/") != 0) error = errno;
  for (const std::string& program : plan.programs) {
    ::execve(program.c_str(), plan.arguments.data(), plan.environment.data());
    if (error == 0 || errno != ENOENT) error = errno;
  }
  [[maybe_unused]] const auto written = ::write(plan.failures, &error, sizeof error);
  ::_exit(127);
}

std::vector<std::string> programPaths(const Command& command) {
  const std::string& name = command.arguments.front();
  if (name.find('/') != std::string::npos) return {name};
  std::string path = findVariable(command.environment, "PATH");
  if (path.empty()) path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  std::vector<std::string> paths;
  for (std::size_t begin = 0; begin <= path.size();) {
    const auto end = std::min(path.find(':', begin), path.size());
    if (end > begin) paths.push_back(path.substr(begin, end - begin) + "/" + name);
    begin = end + 1;
  }
  return paths;
}

std::vector<char*> pointersTo(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (const std::string& text : strings) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

struct Pipe {
  Fd readEnd;
  Fd writeEnd;
};

Result<Pipe> makePipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail(errnoError(errno, "make a pipe"));
  ::fcntl(ends[1], F_SETPIPE_SZ, kPipeCapacity);
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

struct TerminalPair {
  Fd master;
  Fd slave;
  std::string slaveName;
};

winsize toWinsize(const TerminalSize& size) { return {size.rows, size.columns, size.widthPixels, size.heightPixels}; }

Result<TerminalPair> openTerminal(const TerminalSize& size) {
  TerminalPair pair;
  pair.master = Fd(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (pair.master.get() < 0) return fail(errnoError(errno, "open a pseudo-terminal (/dev/ptmx)"));
  if (::grantpt(pair.master.get()) != 0 || ::unlockpt(pair.master.get()) != 0)
    return fail(errnoError(errno, "unlock the pseudo-terminal"));
  char name[64];
  if (::ptsname_r(pair.master.get(), name, sizeof name) != 0)
    return fail(errnoError(errno, "name the pseudo-terminal"));
  pair.slaveName = name;
  pair.slave = Fd(::open(name, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (pair.slave.get() < 0) return fail(errnoError(errno, std::format("open {}", name)));
  const winsize initial = toWinsize(size);
  ::ioctl(pair.master.get(), TIOCSWINSZ, &initial);
  return pair;
}

void setNonBlocking(int number) { ::fcntl(number, F_SETFL, ::fcntl(number, F_GETFL) | O_NONBLOCK); }

Result<pid_t> forkAndExec(ChildPlan& plan, const std::string& shown) {
  TRY_ASSIGN(Pipe failures, makePipe());
  plan.failures = failures.writeEnd.get();
  const pid_t id = ::fork();
  if (id < 0) return fail(errnoError(errno, "start a process"));
  if (id == 0) runChild(plan);
  failures.writeEnd = Fd();
  int error = 0;
  ssize_t count = 0;
  do {
    count = ::read(failures.readEnd.get(), &error, sizeof error);
  } while (count < 0 && errno == EINTR);
  if (count == 0) return id;
  ::waitpid(id, nullptr, 0);
  return fail(errnoError(error == 0 ? ENOENT : error, "start " + shown));
}

}  // namespace

SessionProcess::SessionProcess(const asio::any_io_executor& executor)
    : m_input(executor),
      m_output(executor),
      m_errorOutput(executor),
      m_childSignals(executor, SIGCHLD),
      m_ended(executor) {}

Result<std::shared_ptr<SessionProcess>> SessionProcess::start(asio::any_io_executor executor, const Command& command,
                                                              const std::optional<Terminal>& terminal) {
  std::shared_ptr<SessionProcess> process(new SessionProcess(executor));
  process->m_hasTerminal = terminal.has_value();
  std::vector<std::string> environment = command.environment;
  ChildPlan plan;
  plan.hasTerminal = terminal.has_value();
  TerminalPair tty;
  Pipe input;
  Pipe output;
  Pipe errorOutput;
  if (terminal) {
    TRY_ASSIGN(tty, openTerminal(terminal->size));
    setVariable(environment, "SSH_TTY", tty.slaveName);
    if (!terminal->type.empty()) setVariable(environment, "TERM", terminal->type);
    plan.input = plan.output = plan.errorOutput = tty.slave.get();
  } else {
    TRY_ASSIGN(input, makePipe());
    TRY_ASSIGN(output, makePipe());
    TRY_ASSIGN(errorOutput, makePipe());
    plan.input = input.readEnd.get();
    plan.output = output.writeEnd.get();
    plan.errorOutput = errorOutput.writeEnd.get();
  }
  const std::string directory = command.directory.empty() ? "/" : command.directory;
  plan.programs = programPaths(command);
  plan.arguments = pointersTo(command.arguments);
  plan.environment = pointersTo(environment);
  plan.directory = directory.c_str();
  TRY_ASSIGN(process->m_id, forkAndExec(plan, command.arguments.front()));

  if (terminal) {
    const int second = ::fcntl(tty.master.get(), F_DUPFD_CLOEXEC, 3);
    if (second < 0) return fail(errnoError(errno, "duplicate the pseudo-terminal"));
    setNonBlocking(second);
    process->m_output.assign(second);
    process->m_input.assign(tty.master.release());
  } else {
    for (const int number : {input.writeEnd.get(), output.readEnd.get(), errorOutput.readEnd.get()})
      setNonBlocking(number);
    process->m_input.assign(input.writeEnd.release());
    process->m_output.assign(output.readEnd.release());
    process->m_errorOutput.assign(errorOutput.readEnd.release());
  }
  process->watch();
  return process;
}

void SessionProcess::resize(const TerminalSize& size) noexcept {
  if (!m_hasTerminal || !m_input.is_open()) return;
  const winsize wanted = toWinsize(size);
  ::ioctl(m_input.native_handle(), TIOCSWINSZ, &wanted);
}

void SessionProcess::signal(int number) noexcept {
  if (!m_status) ::kill(-m_id, number);
}

Task<int> SessionProcess::wait() {
  const auto self = shared_from_this();
  while (!m_status) {
    if (!co_await m_ended.wait()) break;
  }
  co_return m_status.value_or(kStatusOfSignal);
}

// Keeps the object until the program has ended, so that none stays a zombie.
void SessionProcess::watch() {
  if (reap()) return;
  m_childSignals.async_wait([self = shared_from_this()](const boost::system::error_code& error, int) {
    if (!error) self->watch();
  });
}

bool SessionProcess::reap() {
  int raw = 0;
  const pid_t ended = ::waitpid(m_id, &raw, WNOHANG);
  if (ended == 0) return false;
  m_status = ended == m_id && WIFEXITED(raw) ? WEXITSTATUS(raw) : kStatusOfSignal;
  m_ended.notify();
  return true;
}

}  // namespace berth::agent
