#include "core/base/Subprocess.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cassert>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace berth {

namespace {

constexpr std::size_t kReadSize = 64 * 1024;

// One end of a pipe, as a Stream that goes one way.
class PipeStream final : public Stream {
 public:
  PipeStream(asio::any_io_executor executor, int descriptor) : m_pipe(std::move(executor), descriptor) {}
  ~PipeStream() override { close(); }

  Task<Result<std::size_t>> readSome(ByteSpan buffer) override {
    boost::system::error_code error;
    const std::size_t count = co_await m_pipe.async_read_some(asio::buffer(buffer.data(), buffer.size()),
                                                              asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::eof) co_return fail(ErrorCode::EndOfStream, "end of the child's output");
    if (error) co_return fail(codeOf(error), "read from child: " + error.message());
    co_return count;
  }

  Task<Result<void>> write(ByteView data) override {
    boost::system::error_code error;
    co_await asio::async_write(m_pipe, asio::buffer(data.data(), data.size()),
                               asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return fail(codeOf(error), "write to child: " + error.message());
    co_return Result<void>();
  }

  Task<Result<void>> closeWrite() override {
    close();
    co_return Result<void>();
  }
  void close() noexcept override {
    boost::system::error_code ignored;
    m_pipe.close(ignored);
  }
  asio::any_io_executor executor() override { return m_pipe.get_executor(); }

 private:
  static ErrorCode codeOf(const boost::system::error_code& error) {
    if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor) return ErrorCode::Cancelled;
    return ErrorCode::ConnectionLost;
  }

  asio::posix::stream_descriptor m_pipe;
};

// Owns a descriptor until release().
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : m_number(number) {}
  Descriptor(Descriptor&& other) noexcept : m_number(std::exchange(other.m_number, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(m_number, other.m_number);
    return *this;
  }
  ~Descriptor() {
    if (m_number >= 0) ::close(m_number);
  }
  int get() const noexcept { return m_number; }
  int release() noexcept { return std::exchange(m_number, -1); }

 private:
  int m_number = -1;
};

Result<Descriptor> openFile(const char* path, int flags) {
  const int number = ::open(path, flags | O_CLOEXEC, 0600);
  if (number < 0) return fail(errnoError(errno, std::string("open ") + path));
  return Descriptor(number);
}

// One of the child's three standard descriptors, and our end of it when it is a pipe.
struct Channel {
  Descriptor childEnd;
  Descriptor ownEnd;
};

Result<Channel> openChannel(SubprocessOptions::Pipe kind, const std::filesystem::path& file, bool childReads) {
  Channel channel;
  if (!file.empty()) {
    TRY_ASSIGN(channel.childEnd, openFile(file.c_str(), O_WRONLY | O_CREAT | O_APPEND));
  } else if (kind == SubprocessOptions::Pipe::Null) {
    TRY_ASSIGN(channel.childEnd, openFile("/dev/null", childReads ? O_RDONLY : O_WRONLY));
  } else {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return fail(errnoError(errno, "make a pipe"));
    Descriptor readEnd(ends[0]);
    Descriptor writeEnd(ends[1]);
    channel.childEnd = std::move(childReads ? readEnd : writeEnd);
    channel.ownEnd = std::move(childReads ? writeEnd : readEnd);
  }
  return channel;
}

std::unique_ptr<Stream> streamOf(const asio::any_io_executor& executor, Channel& channel) {
  if (channel.ownEnd.get() < 0) return nullptr;
  return std::make_unique<PipeStream>(executor, channel.ownEnd.release());
}

std::vector<char*> pointersTo(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const auto& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

Result<std::string> resolveProgram(const SubprocessOptions& options) {
  if (options.command.empty() || options.command.front().empty())
    return fail(ErrorCode::InvalidInput, "start a program: no command given");
  const std::string& name = options.command.front();
  if (name.find('/') != std::string::npos) return name;
  constexpr std::string_view kPathPrefix = "PATH=";
  std::string_view path;
  for (const std::string_view entry : options.environment)
    if (entry.starts_with(kPathPrefix)) path = entry.substr(kPathPrefix.size());
  if (auto found = findProgram(name, path)) return found->string();
  return fail(ErrorCode::NotFound, std::format("program '{}' is not in PATH ({})", name, path));
}

// posix_spawn's two argument objects, freed on every way out.
class SpawnSettings {
 public:
  SpawnSettings() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
  }
  ~SpawnSettings() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  // Own group, no signal blocked or ignored by inheritance.
  void setProcess(const std::filesystem::path& directory) {
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    if (!directory.empty()) ::posix_spawn_file_actions_addchdir_np(&actions, directory.c_str());
  }
  // Closes all else: sockets that libraries opened without CLOEXEC would otherwise live on in the child.
  void setDescriptors(int input, int output, int errorOutput) {
    ::posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, errorOutput, STDERR_FILENO);
    ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  }

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

// Writing to a child that has ended must be an error, not the end of this program.
void ignoreBrokenPipes() {
  static const bool isDone = [] {
    struct sigaction current{};
    ::sigaction(SIGPIPE, nullptr, &current);
    if (current.sa_handler == SIG_DFL) std::signal(SIGPIPE, SIG_IGN);
    return true;
  }();
  (void)isDone;
}

}  // namespace

std::string ExitStatus::describe() const {
  if (signal == 0) return std::format("exit code {}", code);
  return std::format("signal {} ({})", signal, ::strsignal(signal));
}

// The running child. Lives until it is reaped, even when the Subprocess is gone: the pending wait owns it.
class Subprocess::Leader : public std::enable_shared_from_this<Subprocess::Leader> {
 public:
  Leader(const asio::any_io_executor& executor, bool killGroupAtExit)
      : m_childSignals(executor, SIGCHLD), m_ended(executor), m_killsGroupAtExit(killGroupAtExit) {
    m_ended.expires_at(asio::steady_timer::time_point::max());
  }
  ~Leader() {
    if (m_id <= 0 || m_status || m_isReleased) return;
    ::kill(-m_id, SIGKILL);
    while (::waitpid(m_id, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  void watch(pid_t id) {
    m_id = id;
    reapOrWait();
  }

  pid_t id() const noexcept { return m_id; }
  std::optional<ExitStatus> status() const noexcept { return m_status; }

  void signal(int number) const noexcept {
    if (!m_status && !m_isReleased) ::kill(-m_id, number);
  }

  void release() noexcept {
    m_isReleased = true;
    boost::system::error_code ignored;
    m_childSignals.cancel(ignored);
    m_ended.cancel();
  }

  Task<Result<ExitStatus>> wait() {
    auto self = shared_from_this();
    if (!m_status && !m_isReleased) {
      boost::system::error_code ignored;
      co_await m_ended.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    if (!m_status) co_return fail(ErrorCode::Cancelled, "wait for child");
    co_return *m_status;
  }

 private:
  // The signal set was registered before the start, so an end between the look and the wait is not missed.
  void reapOrWait() {
    if (m_isReleased) return;
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(m_id), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0) {
      m_childSignals.async_wait([self = shared_from_this()](boost::system::error_code error, int) {
        if (error != asio::error::operation_aborted) self->reapOrWait();
      });
      return;
    }
    // Before the leader is reaped, its number cannot have become another group's.
    if (m_killsGroupAtExit) ::kill(-m_id, SIGKILL);
    int raw = 0;
    while (::waitpid(m_id, &raw, 0) < 0 && errno == EINTR) {
    }
    m_status = WIFSIGNALED(raw) ? ExitStatus{128 + WTERMSIG(raw), WTERMSIG(raw)} : ExitStatus{WEXITSTATUS(raw), 0};
    m_ended.cancel();
  }

  asio::signal_set m_childSignals;
  asio::steady_timer m_ended;
  std::optional<ExitStatus> m_status;
  pid_t m_id = -1;
  bool m_killsGroupAtExit;
  bool m_isReleased = false;
};

Result<std::unique_ptr<Subprocess>> Subprocess::start(asio::any_io_executor executor,
                                                      const SubprocessOptions& options) {
  TRY_ASSIGN(const std::string program, resolveProgram(options));
  std::error_code ignored;
  if (!options.directory.empty() && !std::filesystem::is_directory(options.directory, ignored))
    return fail(ErrorCode::NotFound, std::format("start {}: no directory {}", program, options.directory.string()));
  TRY_ASSIGN(Channel input, openChannel(options.input, {}, true));
  TRY_ASSIGN(Channel output, openChannel(options.output, options.outputFile, false));
  TRY_ASSIGN(Channel errorOutput, openChannel(options.errorOutput, options.errorFile, false));
  if (input.ownEnd.get() >= 0) ignoreBrokenPipes();

  SpawnSettings settings;
  settings.setProcess(options.directory);
  settings.setDescriptors(input.childEnd.get(), output.childEnd.get(), errorOutput.childEnd.get());
  auto arguments = pointersTo(options.command);
  auto environment = pointersTo(options.environment);
  auto leader = std::make_shared<Leader>(executor, options.killGroupAtExit);
  pid_t id = -1;
  const int error = ::posix_spawn(&id, program.c_str(), &settings.actions, &settings.attributes, arguments.data(),
                                  environment.data());
  if (error != 0) return fail(errnoError(error, "start " + program));
  leader->watch(id);

  std::unique_ptr<Subprocess> child(new Subprocess());
  child->m_leader = std::move(leader);
  child->m_input = streamOf(executor, input);
  child->m_output = streamOf(executor, output);
  child->m_errorOutput = streamOf(executor, errorOutput);
  return child;
}

Subprocess::~Subprocess() {
  if (m_leader) m_leader->signal(SIGKILL);
}

int Subprocess::processId() const noexcept { return m_leader->id(); }

Stream& Subprocess::input() {
  assert(m_input);
  return *m_input;
}
Stream& Subprocess::output() {
  assert(m_output);
  return *m_output;
}
Stream& Subprocess::errorOutput() {
  assert(m_errorOutput);
  return *m_errorOutput;
}

Task<Result<ExitStatus>> Subprocess::wait() { return m_leader->wait(); }
std::optional<ExitStatus> Subprocess::exitStatus() const noexcept { return m_leader->status(); }
void Subprocess::release() noexcept { m_leader->release(); }
void Subprocess::signal(int number) noexcept { m_leader->signal(number); }

Task<Result<ExitStatus>> Subprocess::stop(int number, std::chrono::milliseconds patience) {
  auto leader = m_leader;
  leader->signal(number);
  asio::steady_timer limit(co_await asio::this_coro::executor, patience);
  limit.async_wait([leader](boost::system::error_code error) {
    if (!error) leader->signal(SIGKILL);
  });
  co_return co_await leader->wait();
}

std::optional<std::filesystem::path> findProgram(std::string_view name, std::string_view path) {
  while (!path.empty()) {
    const auto colon = path.find(':');
    const std::filesystem::path directory(path.substr(0, colon));
    path = colon == std::string_view::npos ? std::string_view() : path.substr(colon + 1);
    if (!directory.is_absolute()) continue;
    auto candidate = directory / name;
    std::error_code ignored;
    if (std::filesystem::is_regular_file(candidate, ignored) && ::access(candidate.c_str(), X_OK) == 0)
      return candidate;
  }
  return std::nullopt;
}

std::optional<std::string> LineReader::takeLine() {
  const auto end = m_buffer.find('\n', m_scanned);
  if (end == std::string::npos && m_buffer.size() < m_maxLine && !(m_isEnded && !m_buffer.empty())) {
    m_scanned = m_buffer.size();
    return std::nullopt;
  }
  const std::size_t length = std::min({end, m_buffer.size(), m_maxLine});
  std::string line = m_buffer.substr(0, length);
  m_buffer.erase(0, length == end ? length + 1 : length);
  m_scanned = 0;
  if (length == end && line.ends_with('\r')) line.pop_back();
  return line;
}

Task<Result<std::string>> LineReader::next() {
  while (true) {
    if (auto line = takeLine()) co_return std::move(*line);
    if (m_isEnded) co_return fail(ErrorCode::EndOfStream, "end of output");
    const std::size_t filled = m_buffer.size();
    m_buffer.resize(filled + kReadSize);
    const auto count = co_await m_stream.readSome(ByteSpan(reinterpret_cast<std::byte*>(&m_buffer[filled]), kReadSize));
    m_buffer.resize(filled + count.value_or(0));
    if (!count && count.error().code() != ErrorCode::EndOfStream) co_return std::unexpected(count.error());
    m_isEnded = !count;
  }
}

namespace {

// What the parts of a captured run share; outlives them all through its shared owners.
struct CaptureState {
  std::unique_ptr<Subprocess> child;
  std::string output;
  std::string errorOutput;
  std::optional<Error> failure;

  void abort(Error error) {
    if (!failure) failure = std::move(error);
    child->signal(SIGKILL);
  }
};

Task<void> collect(std::shared_ptr<CaptureState> state, Stream& from, std::string& into, std::size_t limit) {
  std::vector<std::byte> buffer(kReadSize);
  while (const auto count = co_await from.readSome(buffer)) {
    if (into.size() + *count > limit) {
      state->abort(Error(ErrorCode::LimitExceeded, std::format("the program wrote more than {} bytes", limit)));
      co_return;
    }
    into += asText(ByteView(buffer).first(*count));
  }
}

}  // namespace

Task<Result<Captured>> runProcess(SubprocessOptions options, CaptureLimits limits) {
  using asio::experimental::awaitable_operators::operator&&;
  auto executor = co_await asio::this_coro::executor;
  options.output = options.errorOutput = SubprocessOptions::Pipe::Open;
  options.killGroupAtExit = true;
  auto state = std::make_shared<CaptureState>();
  CO_TRY_ASSIGN(state->child, Subprocess::start(executor, options));

  asio::steady_timer timeLimit(executor, limits.time);
  timeLimit.async_wait([state, limits](boost::system::error_code error) {
    if (!error) state->abort(Error(ErrorCode::Timeout, std::format("no end within {}", limits.time)));
  });
  co_await (collect(state, state->child->output(), state->output, limits.outputBytes) &&
            collect(state, state->child->errorOutput(), state->errorOutput, limits.outputBytes));
  const auto exit = co_await state->child->wait();
  timeLimit.cancel();
  if (state->failure) co_return fail(state->failure->in(options.command.front()));
  if (!exit) co_return std::unexpected(exit.error());
  co_return Captured{*exit, std::move(state->output), std::move(state->errorOutput)};
}

}  // namespace berth
