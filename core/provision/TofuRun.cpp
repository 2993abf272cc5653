#include "core/provision/TofuRun.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <deque>

#include "core/base/Log.h"
#include "core/provision/Files.h"

namespace berth::provision {

namespace {

// Output files are looked at this often; the end of the process is noticed at once.
constexpr auto kFollowInterval = std::chrono::milliseconds(25);
constexpr std::size_t kMaxLine = 4 * 1024 * 1024;
constexpr std::size_t kMaxCapture = 256 * 1024 * 1024;

// Gives the complete lines that were added to a growing file since the last look.
class FileFollower {
 public:
  explicit FileFollower(const std::filesystem::path& path) : m_file(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~FileFollower() {
    if (m_file >= 0) ::close(m_file);
  }
  FileFollower(const FileFollower&) = delete;
  FileFollower& operator=(const FileFollower&) = delete;

  void readLines(const std::function<void(std::string_view)>& onLine, bool isEnd) {
    std::array<char, 64 * 1024> buffer;
    while (true) {
      const auto count = m_file < 0 ? 0 : ::read(m_file, buffer.data(), buffer.size());
      if (count <= 0) break;
      m_rest.append(buffer.data(), static_cast<std::size_t>(count));
      takeLines(onLine);
    }
    if (isEnd && !m_rest.empty()) onLine(std::exchange(m_rest, {}));
  }

 private:
  void takeLines(const std::function<void(std::string_view)>& onLine) {
    std::size_t from = 0;
    for (std::size_t end; (end = m_rest.find('\n', from)) != std::string::npos; from = end + 1)
      onLine(std::string_view(m_rest).substr(from, end - from));
    m_rest.erase(0, from);
    if (m_rest.size() > kMaxLine) m_rest.clear();
  }

  int m_file;
  std::string m_rest;
};

}  // namespace

void JobControl::stop(Reason reason) {
  if (m_reason != Reason::None) return;
  m_reason = reason;
  m_changed.notify();
}

void JobControl::abandon() {
  m_isAbandoned = true;
  m_changed.notify();
}

// What one running command has said so far.
struct TofuRun::Following {
  WorkDirectory directory;
  OnEvent onEvent;
  bool capturesOutput = false;
  std::string problem;    // the first error diagnostic
  std::string lastError;  // of standard error

  void onOutput(std::string_view line) {
    const auto event = parseTofuLine(line);
    if (problem.empty()) problem = event.problem;
    if (onEvent) onEvent(event);
  }
  void onErrorOutput(std::string_view line) {
    TofuEvent event;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
    lastError = line;
    event.lines.push_back({LogLevel::Error, std::string(line)});
    if (onEvent) onEvent(event);
  }
};

SubprocessOptions TofuRun::optionsFor(const WorkDirectory& directory, const TofuCommand& command) const {
  SubprocessOptions options;
  options.command = command.arguments;
  options.command.insert(options.command.begin(), m_tool.program.string());
  options.directory = directory.path;
  options.environment = command.environment;
  options.outputFile = directory.output();
  options.errorFile = directory.errors();
  options.killGroupAtExit = true;
  return options;
}

Task<Result<ExitStatus>> TofuRun::follow(Subprocess& child, Following& following) {
  FileFollower output(following.directory.output());
  FileFollower errors(following.directory.errors());
  std::optional<TimePoint> killAt;
  while (true) {
    const auto exit = child.exitStatus();
    if (!following.capturesOutput)
      output.readLines([&](std::string_view line) { following.onOutput(line); }, exit.has_value());
    errors.readLines([&](std::string_view line) { following.onErrorOutput(line); }, exit.has_value());
    if (exit) co_return *exit;
    if (m_control->isAbandoned()) {
      child.release();
      co_return fail(ErrorCode::Cancelled, "OpenTofu goes on without this server");
    }
    const auto now = std::chrono::steady_clock::now();
    if (m_control->reason() != JobControl::Reason::None && !killAt) {
      // The mark comes first: better no interrupt than two. On a full disk there is none; OpenTofu ends all the same.
      if (auto marked = writeFile(following.directory.interrupted(), ""); !marked)
        log::warning("{}", marked.error().message());
      child.signal(SIGINT);
      killAt = now + kInterruptPatience;
    }
    if (killAt && now > *killAt) child.signal(SIGKILL);
    (void)co_await m_control->m_changed.waitUntil(now + kFollowInterval);
  }
}

Task<Result<ExitStatus>> TofuRun::runChild(WorkDirectory directory, TofuCommand command, Following& following) {
  if (m_control->reason() != JobControl::Reason::None) co_return fail(stopped(command));
  auto executor = co_await asio::this_coro::executor;
  // Truncated rather than removed: each command has its own output.
  CO_TRY(writeFile(directory.output(), ""));
  CO_TRY(writeFile(directory.errors(), ""));
  CO_TRY_ASSIGN(std::shared_ptr<Subprocess> child, Subprocess::start(executor, optionsFor(directory, command)));
  if (const auto mark = ProcessMark::of(child->processId()))
    if (auto written = mark->write(directory.process()); !written) {
      (void)co_await child->stop(SIGKILL, {});  // a run that the next start could not find must not go on
      co_return fail(written.error());
    }
  asio::co_spawn(
      executor,
      [](std::shared_ptr<Subprocess> waitedFor, std::shared_ptr<JobControl> control) -> Task<void> {
        (void)co_await waitedFor->wait();
        control->m_changed.notify();
      }(child, m_control),
      asio::detached);
  auto exit = co_await follow(*child, following);
  if (exit) {
    std::error_code ignored;
    std::filesystem::remove(directory.process(), ignored);
  }
  co_return exit;
}

Error TofuRun::stopped(const TofuCommand& command) const {
  const bool isShutdown = m_control->reason() == JobControl::Reason::Shutdown;
  return Error(ErrorCode::Cancelled, std::format("{} was interrupted because {}", command.arguments.front(),
                                                 isShutdown ? "the server shut down" : "the job was cancelled"));
}

Error TofuRun::failure(const TofuCommand& command, const ExitStatus& exit, const Following& following) const {
  const auto& word = command.arguments.front();
  if (m_control->reason() != JobControl::Reason::None) return stopped(command);
  std::string why = !following.problem.empty()     ? following.problem
                    : !following.lastError.empty() ? following.lastError
                                                   : exit.describe();
  return Error(ErrorCode::InvalidInput, std::format("{} {}: {}", m_tool.isOpenTofu ? "tofu" : "terraform", word, why));
}

Task<Result<void>> TofuRun::run(WorkDirectory directory, TofuCommand command, OnEvent onEvent) {
  Following following{.directory = directory, .onEvent = std::move(onEvent)};
  CO_TRY_ASSIGN(const ExitStatus exit, co_await runChild(directory, command, following));
  if (!exit.isSuccess()) co_return fail(failure(command, exit, following));
  co_return Result<void>();
}

Task<Result<std::string>> TofuRun::capture(WorkDirectory directory, TofuCommand command) {
  Following following{.directory = directory, .onEvent = {}, .capturesOutput = true};
  CO_TRY_ASSIGN(const ExitStatus exit, co_await runChild(directory, command, following));
  if (!exit.isSuccess()) co_return fail(failure(command, exit, following));
  co_return readFile(directory.output(), kMaxCapture);
}

}  // namespace berth::provision
