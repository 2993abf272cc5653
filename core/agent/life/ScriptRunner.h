// Runs the scripts of a template: all of a stage side by side, with their output in a file and in the workspace's log
// (reference/agent-and-ide.md 1.8). When those with a `cron` are due is Cron.h's matter.
#pragma once

#include <filesystem>
#include <functional>
#include <set>

#include "core/agent/Command.h"
#include "core/agent/Manifest.h"
#include "core/agent/life/LogSender.h"
#include "core/base/Error.h"
#include "core/base/TaskGroup.h"

namespace berth::agent {

// Numbers as on the wire (reference/tailnet.md 7.6).
enum class ScriptStage { Start = 0, Stop = 1, Cron = 2 };
enum class ScriptStatus { Ok = 0, ExitFailure = 1, TimedOut = 2, PipesLeftOpen = 3 };

struct ScriptTiming {
  Uuid scriptId;
  WallTime begin;
  WallTime end;
  int exitCode = 0;
  ScriptStage stage = ScriptStage::Start;
  ScriptStatus status = ScriptStatus::Ok;
};

struct ScriptRunnerOptions {
  std::filesystem::path dataDirectory;  // parent of coder-script-data
  std::filesystem::path logDirectory;   // where relative log paths stand
  // The program for a script's text, with the environment of sessions.
  std::function<Result<Command>(std::string_view text)> command;
  std::function<std::string(std::string_view path)> expandPath;  // "~" and variables, keeping relative paths
  // Tells the control plane about a run; its failure is no failure of the script.
  std::function<Task<void>(ScriptTiming)> report;
};

class ScriptRunner {
 public:
  ScriptRunner(asio::any_io_executor executor, const Clock& clock, LogSender& logs, ScriptRunnerOptions options);

  // First in the PATH of every session.
  std::filesystem::path binDirectory() const;

  // Runs the stage's scripts to their end; the worst status of all. Not to be cancelled: hang up instead.
  Task<ScriptStatus> run(const std::vector<Script>& scripts, ScriptStage stage);

  // Sends SIGHUP to every script that runs.
  void hangUp();

 private:
  struct Run;
  Task<void> runInto(Script script, ScriptStage stage, ScriptStatus& worst);
  Task<ScriptTiming> runScript(const Script& script, ScriptStage stage);
  Task<void> execute(Run& run, Command command);
  Result<Command> prepare(const Script& script);

  asio::any_io_executor m_executor;
  const Clock& m_clock;
  LogSender& m_logs;
  ScriptRunnerOptions m_options;
  std::set<Run*> m_running;
};

}  // namespace berth::agent
