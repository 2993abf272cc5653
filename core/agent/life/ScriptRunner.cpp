#include "core/agent/life/ScriptRunner.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "core/agent/Environment.h"
#include "core/base/Log.h"
#include "core/base/Subprocess.h"

namespace berth::agent {

namespace {

constexpr auto kDrainTime = std::chrono::seconds(10);  // for output after the end, and for an end after SIGHUP
constexpr int kUnknownExitCode = 255;
constexpr std::size_t kMaxLine = 256 * 1024;  // a longer one comes in pieces

// The script's own log file; output goes to the control plane even where it cannot be written.
class LogFile {
 public:
  explicit LogFile(const std::filesystem::path& path)
      : m_descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)) {
    if (m_descriptor < 0) log::warning("script log: {}", errnoError(errno, "open " + path.string()).message());
  }
  ~LogFile() {
    if (m_descriptor >= 0) ::close(m_descriptor);
  }
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;
  void writeLine(std::string line) {
    line += '\n';
    if (m_descriptor >= 0 && ::write(m_descriptor, line.data(), line.size()) < 0) {
      ::close(m_descriptor);  // a full disk: said once
      m_descriptor = -1;
      log::warning("script log: the file cannot be written any more");
    }
  }

 private:
  int m_descriptor;
};

void makePrivateDirectory(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error) std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  if (error) log::warning("make directory {}: {}", path.string(), error.message());
}

}  // namespace

// One execution, shared by the coroutines that read its output, limit its time and wait for its end.
struct ScriptRunner::Run {
  Run(const asio::any_io_executor& executor, const Script& ofScript, const std::filesystem::path& logPath)
      : script(ofScript), file(logPath), timeout(executor), drained(executor), readers(executor) {}

  const Script& script;
  LogFile file;
  std::unique_ptr<Subprocess> process;
  asio::steady_timer timeout;
  asio::steady_timer drained;
  TaskGroup readers;
  bool hasTimedOut = false;
  bool hasOpenPipes = false;
  int exitCode = kUnknownExitCode;
};

ScriptRunner::ScriptRunner(asio::any_io_executor executor, const Clock& clock, LogSender& logs,
                           ScriptRunnerOptions options)
    : m_executor(std::move(executor)), m_clock(clock), m_logs(logs), m_options(std::move(options)) {
  makePrivateDirectory(m_options.dataDirectory / "coder-script-data");
  makePrivateDirectory(binDirectory());
}

std::filesystem::path ScriptRunner::binDirectory() const {
  return m_options.dataDirectory / "coder-script-data" / "bin";
}

namespace {

bool belongsTo(const Script& script, ScriptStage stage) {
  switch (stage) {
    case ScriptStage::Start: return script.runsOnStart;
    case ScriptStage::Stop: return script.runsOnStop;
    case ScriptStage::Cron: return !script.cron.empty();
  }
  return false;
}

}  // namespace

Task<ScriptStatus> ScriptRunner::run(const std::vector<Script>& scripts, ScriptStage stage) {
  TaskGroup group(m_executor);
  ScriptStatus worst = ScriptStatus::Ok;
  for (const Script& script : scripts)
    if (belongsTo(script, stage)) group.spawn(runInto(script, stage, worst));
  co_await group.join();
  co_return worst;
}

void ScriptRunner::hangUp() {
  for (Run* run : m_running) run->process->signal(SIGHUP);
}

Task<void> ScriptRunner::runInto(Script script, ScriptStage stage, ScriptStatus& worst) {
  ScriptTiming timing = co_await runScript(script, stage);
  // A time-out is what the lifecycle tells apart from other failures.
  const bool isWorse = worst == ScriptStatus::Ok || timing.status == ScriptStatus::TimedOut;
  if (timing.status != ScriptStatus::Ok && isWorse) worst = timing.status;
  m_logs.flush(script.logSourceId);
  co_await m_options.report(timing);
}

Result<Command> ScriptRunner::prepare(const Script& script) {
  TRY_ASSIGN(Command command, m_options.command(script.text));
  const auto data = m_options.dataDirectory / "coder-script-data" / script.logSourceId.toString();
  makePrivateDirectory(data);
  setVariable(command.environment, "CODER_SCRIPT_DATA_DIR", data.string());
  setVariable(command.environment, "CODER_SCRIPT_BIN_DIR", binDirectory().string());
  return command;
}

Task<ScriptTiming> ScriptRunner::runScript(const Script& script, ScriptStage stage) {
  ScriptTiming timing{.scriptId = script.id, .begin = m_clock.wallNow(), .end = {}, .stage = stage};
  std::filesystem::path logPath = script.logPath.empty()
                                      ? std::format("coder-script-{}.log", script.logSourceId.toString())
                                      : m_options.expandPath(script.logPath);
  if (logPath.is_relative()) logPath = m_options.logDirectory / logPath;

  Run run(m_executor, script, logPath);
  if (auto command = prepare(script)) {
    co_await execute(run, std::move(*command));
  } else {
    m_logs.add(script.logSourceId, LogLevel::Error, command.error().message());
  }
  timing.end = m_clock.wallNow();
  timing.exitCode = run.exitCode;
  if (run.hasTimedOut)
    timing.status = ScriptStatus::TimedOut;
  else if (run.hasOpenPipes)
    timing.status = ScriptStatus::PipesLeftOpen;
  else if (run.exitCode != 0)
    timing.status = ScriptStatus::ExitFailure;
  log::info("script {}: exit code {}{}", script.displayName.empty() ? script.id.toString() : script.displayName,
            run.exitCode, run.hasTimedOut ? ", timed out" : "");
  co_return timing;
}

namespace {

Task<void> readLines(Stream& stream, std::function<void(std::string)> onLine) {
  LineReader reader(stream, kMaxLine);
  while (auto line = co_await reader.next()) onLine(std::move(*line));
}

}  // namespace

Task<void> ScriptRunner::execute(Run& run, Command command) {
  auto started = Subprocess::start(m_executor, {.command = std::move(command.arguments),
                                                .directory = command.directory,
                                                .environment = std::move(command.environment)});
  if (!started) {
    m_logs.add(run.script.logSourceId, LogLevel::Error, started.error().message());
    co_return;
  }
  run.process = std::move(*started);
  m_running.insert(&run);
  const auto take = [this, &run](LogLevel level) {
    return [this, &run, level](std::string line) {
      run.file.writeLine(line);
      m_logs.add(run.script.logSourceId, level, std::move(line));
    };
  };
  run.readers.spawn(readLines(run.process->output(), take(LogLevel::Info)));
  run.readers.spawn(readLines(run.process->errorOutput(), take(LogLevel::Error)));

  if (run.script.timeout > std::chrono::seconds(0)) {
    run.timeout.expires_after(run.script.timeout);
    run.timeout.async_wait([&run](const boost::system::error_code& error) {
      if (error) return;
      run.hasTimedOut = true;
      run.process->signal(SIGHUP);
      run.drained.expires_after(kDrainTime);
      run.drained.async_wait([&run](const boost::system::error_code& late) {
        if (!late) run.process->signal(SIGKILL);
      });
    });
  }
  const auto ended = co_await run.process->wait();
  m_running.erase(&run);
  if (ended) run.exitCode = ended->signal == 0 ? ended->code : kUnknownExitCode;
  run.timeout.cancel();
  run.drained.expires_after(kDrainTime);  // also takes back the SIGKILL above
  run.drained.async_wait([&run](const boost::system::error_code& error) {
    if (error) return;
    run.hasOpenPipes = true;
    run.process->output().close();
    run.process->errorOutput().close();
  });
  co_await run.readers.join();
  run.drained.cancel();
  if (run.hasOpenPipes) {
    constexpr const char* kAdvice =
        "a program that the script left behind still holds its output; redirect it, for example with >/dev/null 2>&1 &";
    log::warning("script: {}", kAdvice);
    m_logs.add(run.script.logSourceId, LogLevel::Warning, kAdvice);
  }
  // Handlers of the timers above hold `run`: let them pass.
  co_await asio::post(m_executor, asio::use_awaitable);
}

}  // namespace berth::agent
