#include "app/cli/JobWatcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "tests/support/Run.h"

namespace berth::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr Patience kImpatient{.total = std::chrono::milliseconds(0), .pause = std::chrono::milliseconds(0)};
constexpr Patience kPatient{.total = std::chrono::minutes(1), .pause = std::chrono::milliseconds(0)};

// Gives its messages, then ends in the way that it was told.
class ScriptedSocket final : public http::WebSocket {
 public:
  ScriptedSocket(asio::any_io_executor executor, std::deque<std::string> messages, ErrorCode end)
      : m_executor(std::move(executor)), m_messages(std::move(messages)), m_end(end) {}

  Task<Result<http::WebSocketMessage>> read() override {
    if (m_messages.empty()) co_return fail(m_end, "Connection reset by peer");
    http::WebSocketMessage message{.isText = true, .data = std::move(m_messages.front())};
    m_messages.pop_front();
    co_return message;
  }
  Task<Result<void>> writeText(std::string_view) override { co_return Result<void>(); }
  Task<Result<void>> writeBinary(ByteView) override { co_return Result<void>(); }
  Task<void> close(http::CloseCode, std::string) override { co_return; }
  void abort() noexcept override {}
  void setReadLimit(std::size_t) override {}
  asio::any_io_executor executor() override { return m_executor; }

 private:
  asio::any_io_executor m_executor;
  std::deque<std::string> m_messages;
  ErrorCode m_end;
};

std::string line(std::int64_t id, std::string output) {
  api::ProvisionerJobLog log;
  log.id = id;
  log.stage = "Applying";
  log.output = std::move(output);
  return api::toJson(log);
}

// What the server does, step by step; a step without lines is a server that is away.
struct Step {
  std::deque<std::string> lines;
  ErrorCode end = ErrorCode::EndOfStream;
  JobStatus status = JobStatus::Running;
};

struct Script {
  std::deque<Step> steps;
  std::vector<std::int64_t> followedAfter = {};
};

class ScriptedJob final : public JobSource {
 public:
  ScriptedJob(asio::any_io_executor executor, Script& script) : m_executor(std::move(executor)), m_script(script) {}

  Task<Result<api::ProvisionerJob>> fetch() override {
    const bool isAway = m_script.steps.empty() || m_script.steps.front().lines.empty();
    if (isAway) {
      if (!m_script.steps.empty()) m_script.steps.pop_front();
      co_return fail(ErrorCode::Unavailable, "connect to 127.0.0.1 port 3000: Connection refused");
    }
    api::ProvisionerJob job;
    job.status = m_script.steps.front().status;
    job.error = job.status == JobStatus::Failed ? std::optional<std::string>("no such image") : std::nullopt;
    m_script.steps.pop_front();
    co_return job;
  }
  Task<Result<std::unique_ptr<client::JobLogStream>>> follow(std::int64_t after) override {
    m_script.followedAfter.push_back(after);
    const bool isAway = m_script.steps.empty() || m_script.steps.front().lines.empty();
    if (isAway) co_return fail(ErrorCode::Unavailable, "connect to 127.0.0.1 port 3000: Connection refused");
    const Step& step = m_script.steps.front();
    co_return std::make_unique<client::JobLogStream>(
        std::make_unique<ScriptedSocket>(m_executor, step.lines, step.end));
  }
  Task<Result<void>> cancel() override { co_return Result<void>(); }
  std::string outlook() const override { return "See `berth show me/box`."; }

 private:
  asio::any_io_executor m_executor;
  Script& m_script;
};

class JobWatcherTest : public testing::Test {
 protected:
  Result<void> watch(Script& script, Patience patience) {
    Result<void> result;
    test::run(m_context.io(), [&]() -> Task<void> {
      result = co_await watchJob(m_context, std::make_unique<ScriptedJob>(m_context.io().get_executor(), script),
                                 Shown::Everything, patience);
    }());
    return result;
  }

  Context m_context{"berth"};
};

TEST_F(JobWatcherTest, endsWithTheJob) {
  Script script{.steps = {{.lines = {line(1, "one")}, .status = JobStatus::Succeeded}}};
  EXPECT_TRUE(watch(script, kImpatient));
  Script failing{.steps = {{.lines = {line(1, "one")}, .status = JobStatus::Failed}}};
  EXPECT_EQ(watch(failing, kImpatient).error().message(), "the job failed: no such image");
}

TEST_F(JobWatcherTest, goesOnBehindTheLastLineWhenTheServerComesBack) {
  testing::internal::CaptureStdout();
  Script script{.steps = {{.lines = {line(1, "one"), line(2, "two")}, .end = ErrorCode::ConnectionLost},
                          {},
                          {},
                          {.lines = {line(3, "three")}, .status = JobStatus::Succeeded}}};
  const auto result = watch(script, kPatient);
  const std::string shown = testing::internal::GetCapturedStdout();
  EXPECT_TRUE(result) << result.error().message();
  EXPECT_THAT(script.followedAfter, ElementsAre(0, 2, 2, 2));
  EXPECT_THAT(shown, HasSubstr("one\ntwo\nthree\n"));
}

TEST_F(JobWatcherTest, saysWhereToLookWhenTheServerStaysAway) {
  Script script{.steps = {{.lines = {line(1, "one")}, .end = ErrorCode::ConnectionLost}}};
  const auto result = watch(script, kImpatient);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::Unavailable);
  EXPECT_THAT(result.error().message(), HasSubstr("See `berth show me/box`."));
}

TEST_F(JobWatcherTest, takesASilentServerForOneThatIsAway) {
  Script script{.steps = {{.lines = {line(1, "one")}, .end = ErrorCode::Cancelled},
                          {.lines = {line(2, "two")}, .status = JobStatus::Succeeded}}};
  EXPECT_TRUE(watch(script, kPatient));
  EXPECT_THAT(script.followedAfter, ElementsAre(0, 1));
}

}  // namespace
}  // namespace berth::cli
