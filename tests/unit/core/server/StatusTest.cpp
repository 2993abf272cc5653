#include "core/server/workspaces/Status.h"

#include <gtest/gtest.h>

namespace berth::server {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow{1'800'000'000s};

TEST(Status_, workspaces) {
  using enum JobStatus;
  using W = WorkspaceStatus;
  struct Row {
    JobStatus job;
    W start, stop, remove;
  };
  const Row rows[] = {
      {Pending, W::Pending, W::Pending, W::Pending},        {Running, W::Starting, W::Stopping, W::Deleting},
      {Succeeded, W::Running, W::Stopped, W::Deleted},      {Canceling, W::Canceling, W::Canceling, W::Canceling},
      {Canceled, W::Canceled, W::Canceled, W::Canceled},    {Failed, W::Failed, W::Failed, W::Failed},
      {JobStatus::Unknown, W::Failed, W::Failed, W::Failed}};
  for (const auto& row : rows) {
    EXPECT_EQ(workspaceStatusOf(Transition::Start, row.job), row.start);
    EXPECT_EQ(workspaceStatusOf(Transition::Stop, row.job), row.stop);
    EXPECT_EQ(workspaceStatusOf(Transition::Delete, row.job), row.remove);
  }
}

TEST(Status_, agentConnection) {
  using enum AgentStatus;
  struct Row {
    const char* what;
    AgentTimes agent;
    AgentStatus expected;
  };
  const Row rows[] = {
      {"new", {kNow - 10s, {}, {}, {}, 120s}, Connecting},
      {"late", {kNow - 121s, {}, {}, {}, 120s}, Timeout},
      {"late without a limit", {kNow - 1h, {}, {}, {}, 0s}, Connecting},
      {"here", {kNow - 1h, kNow - 1h, kNow - 5s, {}, 120s}, Connected},
      {"left", {kNow - 1h, kNow - 1h, kNow - 20s, kNow - 5s, 120s}, Disconnected},
      {"left at once", {kNow - 1h, kNow - 1h, kNow - 5s, kNow - 5s, 120s}, Disconnected},
      {"came back", {kNow - 1h, kNow - 1h, kNow - 5s, kNow - 20s, 120s}, Connected},
      {"silent", {kNow - 1h, kNow - 1h, kNow - 31s, {}, 120s}, Disconnected},
  };
  for (const auto& row : rows) EXPECT_EQ(agentConnectionOf(row.agent, kNow).status, row.expected) << row.what;
  EXPECT_EQ(agentConnectionOf(rows[7].agent, kNow).disconnectedAt, kNow - 31s);
}

TEST(Status_, agentProblems) {
  using S = AgentStatus;
  using L = AgentLifecycle;
  struct Row {
    S status;
    L lifecycle;
    std::optional<std::string> expected;
  };
  const Row rows[] = {
      {S::Disconnected, L::Off, "agent is not running"},
      {S::Connecting, L::Created, "agent has not yet connected"},
      {S::Timeout, L::Created, "agent is taking too long to connect"},
      {S::Disconnected, L::Ready, "agent has lost connection"},
      {S::Connected, L::StartError, "agent startup script exited with an error"},
      {S::Connected, L::ShuttingDown, "agent is shutting down"},
      {S::Connected, L::Off, "agent is shutting down"},
      {S::Connected, L::StartTimeout, std::nullopt},
      {S::Connected, L::Ready, std::nullopt},
  };
  for (const auto& row : rows) EXPECT_EQ(agentProblem(row.status, row.lifecycle), row.expected) << &row - rows;
}

}  // namespace
}  // namespace berth::server
