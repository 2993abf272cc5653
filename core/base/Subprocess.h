// Child processes with pipes, in a process group of their own.
//
// A child gets nothing that it was not given: exact environment, closed descriptors, default signals. It leads its own
// process group, so that a signal meant for this program does not reach it and stop() reaches all that it started.
// All calls are made on the executor. A Subprocess that is destroyed early kills the group; nothing stays a zombie.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/Error.h"
#include "core/base/Stream.h"
#include "core/base/Task.h"

namespace berth {

// How a child ended: by exit(code), or by a signal (then code is 128 + signal, as a shell says it).
struct ExitStatus {
  int code = 0;
  int signal = 0;

  bool isSuccess() const noexcept { return code == 0; }
  // "exit code 1" or "signal 9 (Killed)".
  std::string describe() const;
};

struct SubprocessOptions {
  enum class Pipe { Null, Open };

  std::vector<std::string> command;      // command[0]: a path, or a name that is looked up in PATH of `environment`
  std::filesystem::path directory;       // empty: this process's own
  std::vector<std::string> environment;  // all of it, as NAME=value
  Pipe input = Pipe::Null;
  Pipe output = Pipe::Open;
  Pipe errorOutput = Pipe::Open;
  // Instead of a pipe, standard output goes into this file (created, appended to). A child that writes to a file goes
  // on undisturbed when this process dies; with a pipe it would be ended by SIGPIPE.
  std::filesystem::path outputFile;
  std::filesystem::path errorFile;
  // Kill what is left of the group when its leader has ended (helpers that would outlive it, such as plug-ins).
  bool killGroupAtExit = false;
};

class Subprocess {
 public:
  // NotFound names the missing program or directory.
  static Result<std::unique_ptr<Subprocess>> start(asio::any_io_executor executor, const SubprocessOptions& options);
  ~Subprocess();
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;

  int processId() const noexcept;

  // The open pipes; asking for one that is not open is a defect. input() ends for the child with closeWrite().
  Stream& input();
  Stream& output();
  Stream& errorOutput();

  // Waits for the leader's end. May be called again, and by several coroutines.
  Task<Result<ExitStatus>> wait();
  std::optional<ExitStatus> exitStatus() const noexcept;

  // To the whole group; without effect after the leader's end.
  void signal(int number) noexcept;

  // Leaves the child to itself: it is neither killed nor reaped from here on, and exitStatus() stays empty. For the end
  // of this program while a child that writes to files finishes its work.
  void release() noexcept;

  // Sends `number` to the group, and SIGKILL if the leader still runs after `patience`. Returns when it has ended.
  Task<Result<ExitStatus>> stop(int number, std::chrono::milliseconds patience);

 private:
  class Leader;
  Subprocess() = default;

  std::shared_ptr<Leader> m_leader;
  std::unique_ptr<Stream> m_input;
  std::unique_ptr<Stream> m_output;
  std::unique_ptr<Stream> m_errorOutput;
};

// The first executable regular file called `name` in the directories of a PATH value ("/usr/bin:/bin").
std::optional<std::filesystem::path> findProgram(std::string_view name, std::string_view path);

// Reads a stream by lines, without their line ends ("\n" or "\r\n"). A line longer than `maxLine` comes in pieces of
// that length. EndOfStream after the last line, with or without a line end.
class LineReader {
 public:
  explicit LineReader(Stream& stream, std::size_t maxLine = 16 * 1024 * 1024) : m_stream(stream), m_maxLine(maxLine) {}
  Task<Result<std::string>> next();

 private:
  std::optional<std::string> takeLine();

  Stream& m_stream;
  std::size_t m_maxLine;
  std::string m_buffer;
  std::size_t m_scanned = 0;
  bool m_isEnded = false;
};

// A short run of which the whole output is wanted.
struct CaptureLimits {
  std::size_t outputBytes = 64 * 1024 * 1024;  // more of either output ends the run with LimitExceeded
  std::chrono::milliseconds time = std::chrono::minutes(10);
};
struct Captured {
  ExitStatus exit;
  std::string output;
  std::string errorOutput;
};
// Starts, reads to the end, waits. A failing exit code is not an error here. Cancelling or a limit kills the group.
Task<Result<Captured>> runProcess(SubprocessOptions options, CaptureLimits limits);

}  // namespace berth
