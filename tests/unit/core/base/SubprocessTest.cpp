#include "core/base/Subprocess.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

using namespace berth;
using namespace std::chrono_literals;

namespace {

void run(asio::io_context& io, Task<void> task) {
  bool isDone = false;
  asio::co_spawn(io, std::move(task), [&](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
    isDone = true;
  });
  io.restart();
  io.run_for(20s);
  ASSERT_TRUE(isDone);
}

SubprocessOptions shell(std::string script) {
  SubprocessOptions options;
  options.command = {"/bin/sh", "-c", std::move(script)};
  options.environment = {"PATH=/usr/bin:/bin", "GREETING=hello"};
  return options;
}

Task<Result<Captured>> capture(SubprocessOptions options) {
  co_return co_await runProcess(std::move(options), CaptureLimits{1024 * 1024, 10s});
}

bool isAlive(int processId) { return ::kill(processId, 0) == 0; }

}  // namespace

TEST(Subprocess, givesOutputErrorsAndExitCode) {
  asio::io_context io;
  run(io, []() -> Task<void> {
    auto done = co_await capture(shell("echo out; echo err >&2; exit 7"));
    EXPECT_EQ(done->output, "out\n");
    EXPECT_EQ(done->errorOutput, "err\n");
    EXPECT_EQ(done->exit.code, 7);
    EXPECT_EQ(done->exit.describe(), "exit code 7");
  }());
}

TEST(Subprocess, hasExactlyTheGivenEnvironmentAndDirectory) {
  asio::io_context io;
  run(io, []() -> Task<void> {
    SubprocessOptions options;
    options.command = {"env"};
    options.environment = {"PATH=/usr/bin:/bin", "GREETING=hello"};
    EXPECT_EQ((co_await capture(options))->output, "PATH=/usr/bin:/bin\nGREETING=hello\n");
    options.command = {"pwd"};
    options.directory = "/usr/lib";
    EXPECT_EQ((co_await capture(options))->output, "/usr/lib\n");
  }());
}

TEST(Subprocess, inheritsNoDescriptorAndNoIgnoredSignal) {
  asio::io_context io;
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);  // without CLOEXEC
  std::signal(SIGUSR1, SIG_IGN);
  run(io, []() -> Task<void> {
    auto done = co_await capture(shell("ls /proc/self/fd | wc -l; grep SigIgn /proc/self/status"));
    EXPECT_EQ(done->output, "4\nSigIgn:\t0000000000000000\n");  // 0, 1, 2 and the directory being listed
  }());
  std::signal(SIGUSR1, SIG_DFL);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(Subprocess, namesWhatIsMissing) {
  asio::io_context io;
  SubprocessOptions options;
  options.command = {"no-such-program"};
  options.environment = {"PATH=/usr/bin"};
  auto started = Subprocess::start(io.get_executor(), options);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code(), ErrorCode::NotFound);
  EXPECT_NE(started.error().message().find("no-such-program"), std::string::npos);
  options = shell("true");
  options.directory = "/no/such/directory";
  EXPECT_EQ(Subprocess::start(io.get_executor(), options).error().code(), ErrorCode::NotFound);
}

TEST(Subprocess, passesInputUntilItIsClosed) {
  asio::io_context io;
  run(io, []() -> Task<void> {
    auto options = shell("cat");
    options.input = SubprocessOptions::Pipe::Open;
    auto child = Subprocess::start(co_await asio::this_coro::executor, options);
    EXPECT_TRUE(co_await (*child)->input().write(asBytes("one\r\ntwo\nthree")));
    EXPECT_TRUE(co_await (*child)->input().closeWrite());
    LineReader lines((*child)->output());
    EXPECT_EQ(co_await lines.next(), "one");
    EXPECT_EQ(co_await lines.next(), "two");
    EXPECT_EQ(co_await lines.next(), "three");
    EXPECT_EQ((co_await lines.next()).error().code(), ErrorCode::EndOfStream);
    EXPECT_TRUE((co_await (*child)->wait())->isSuccess());
  }());
}

TEST(Subprocess, writingToAnEndedChildIsAnError) {
  asio::io_context io;
  run(io, []() -> Task<void> {
    auto options = shell("exit 0");
    options.input = SubprocessOptions::Pipe::Open;
    auto child = Subprocess::start(co_await asio::this_coro::executor, options);
    EXPECT_TRUE(co_await (*child)->wait());
    EXPECT_EQ((co_await (*child)->input().write(asBytes("x"))).error().code(), ErrorCode::ConnectionLost);
  }());
}

TEST(Subprocess, longLinesComeInPieces) {
  asio::io_context io;
  run(io, []() -> Task<void> {
    auto child = Subprocess::start(co_await asio::this_coro::executor, shell("printf 'abcdefgh\\nij'"));
    LineReader lines((*child)->output(), 5);
    EXPECT_EQ(co_await lines.next(), "abcde");
    EXPECT_EQ(co_await lines.next(), "fgh");
    EXPECT_EQ(co_await lines.next(), "ij");
  }());
}

TEST(Subprocess, stopSignalsTheWholeGroup) {
  asio::io_context io;
  run(io, []() -> Task<void> {
    auto child = Subprocess::start(co_await asio::this_coro::executor, shell("sleep 100 & echo $!; wait"));
    LineReader lines((*child)->output());
    const int helper = std::stoi(*co_await lines.next());
    auto exit = co_await (*child)->stop(SIGTERM, 10s);
    EXPECT_EQ(exit->signal, SIGTERM);
    // The helper is nobody's child of ours: its end shows as the end of the pipe that it held.
    EXPECT_EQ((co_await lines.next()).error().code(), ErrorCode::EndOfStream);
    EXPECT_NE(helper, 0);
  }());
}

TEST(Subprocess, stopKillsWhatIgnoresTheSignal) {
  asio::io_context io;
  run(io, []() -> Task<void> {
    auto child = Subprocess::start(co_await asio::this_coro::executor,
                                   shell("trap '' INT; echo ready; while :; do sleep 0.01; done"));
    LineReader lines((*child)->output());
    EXPECT_EQ(co_await lines.next(), "ready");
    auto exit = co_await (*child)->stop(SIGINT, 50ms);
    EXPECT_EQ(exit->signal, SIGKILL);
    EXPECT_EQ(exit->code, 137);
  }());
}

TEST(Subprocess, aDroppedChildIsKilledAndReaped) {
  asio::io_context io;
  int id = 0;
  run(io, [](int& processId) -> Task<void> {
    auto child = Subprocess::start(co_await asio::this_coro::executor, shell("exec sleep 100"));
    processId = (*child)->processId();
    EXPECT_TRUE(isAlive(processId));
  }(id));
  io.run_for(10s);  // ends by itself when the child is reaped
  EXPECT_FALSE(isAlive(id));
}

TEST(Subprocess, aChildIsReapedEvenWhenTheLoopIsGone) {
  int id = 0;
  {
    asio::io_context io;
    auto child = Subprocess::start(io.get_executor(), shell("exec sleep 100"));
    id = (*child)->processId();
    child->reset();
  }
  EXPECT_FALSE(isAlive(id));
}

TEST(Subprocess, aReleasedChildGoesOn) {
  int id = 0;
  {
    asio::io_context io;
    auto child = Subprocess::start(io.get_executor(), shell("exec sleep 100"));
    id = (*child)->processId();
    (*child)->release();
    io.run_for(10s);  // nothing is left to wait for
    EXPECT_TRUE(io.stopped());
  }
  EXPECT_TRUE(isAlive(id));
  ::kill(id, SIGKILL);
  EXPECT_EQ(::waitpid(id, nullptr, 0), id);
}

TEST(Subprocess, limitsOutputAndTime) {
  asio::io_context io;
  run(io, []() -> Task<void> {
    auto flood = co_await runProcess(shell("yes"), CaptureLimits{100'000, 10s});
    EXPECT_EQ(flood.error().code(), ErrorCode::LimitExceeded);
    auto slow = co_await runProcess(shell("sleep 100 & wait"), CaptureLimits{100, 50ms});
    EXPECT_EQ(slow.error().code(), ErrorCode::Timeout);
  }());
}

TEST(Subprocess, writesIntoAFile) {
  asio::io_context io;
  const auto file = std::filesystem::temp_directory_path() / ("berth-subprocess-" + Uuid::random().toString());
  run(io, [](std::filesystem::path path) -> Task<void> {
    auto options = shell("echo kept");
    options.outputFile = path;
    auto child = Subprocess::start(co_await asio::this_coro::executor, options);
    EXPECT_TRUE((co_await (*child)->wait())->isSuccess());
  }(file));
  std::string text;
  std::getline(std::ifstream(file), text);
  EXPECT_EQ(text, "kept");
  std::filesystem::remove(file);
}
