#include "Sample.h"

using namespace berth;
using namespace berth::store;

using Builds = SampleTest;

TEST_F(Builds, belongToAWorkspaceFoundByName) {
  const auto workspace = in([&](Transaction& tx) { return findWorkspaceByName(tx, sample.user.id, "quickstart"); });
  ASSERT_TRUE(workspace.has_value());
  EXPECT_EQ(workspace->ttlMs, std::nullopt);
  EXPECT_EQ(in([&](Transaction& tx) { return findWorkspaceOfAgent(tx, sample.agent.id); })->id, workspace->id);
  EXPECT_EQ(in([&](Transaction& tx) { return findWorkspaceOfJob(tx, sample.buildJob.id); })->id, workspace->id);
  EXPECT_EQ(in([](Transaction& tx) { return listWorkspaces(tx); }).size(), 1U);
  EXPECT_EQ(in([&](Transaction& tx) { return listWorkspacesOfTemplate(tx, sample.aTemplate.id); }).size(), 1U);
}

TEST_F(Builds, leaveADeletedWorkspaceFindableOnRequest) {
  in([&](Transaction& tx) { return markWorkspaceDeleted(tx, sample.workspace.id, at(20)); });
  const auto find = [&](bool includeDeleted) {
    return in([&](Transaction& tx) { return findWorkspaceByName(tx, sample.user.id, "quickstart", includeDeleted); });
  };
  EXPECT_FALSE(find(false).has_value());
  EXPECT_TRUE(find(true).has_value());
  auto again = sample.workspace;
  again.id = WorkspaceId::random();
  in([&](Transaction& tx) { return insertWorkspace(tx, again); });
  EXPECT_EQ(find(true)->id, again.id);
  EXPECT_EQ(codeOf([&](Transaction& tx) {
              again.id = WorkspaceId::random();
              return insertWorkspace(tx, again);
            }),
            ErrorCode::AlreadyExists);
}

TEST_F(Builds, areNumberedWithoutDoubles) {
  const auto next = nextBuild(sample);
  in([&](Transaction& tx) { return insertNextBuild(tx, next); });
  EXPECT_EQ(in([&](Transaction& tx) { return findLatestBuild(tx, sample.workspace.id); })->id, next.build.id);
  EXPECT_EQ(in([&](Transaction& tx) { return findBuildByNumber(tx, sample.workspace.id, 1); })->id, sample.build.id);
  EXPECT_EQ(in([&](Transaction& tx) { return listBuilds(tx, sample.workspace.id); }).size(), 2U);
  const auto latest = in([](Transaction& tx) { return listLatestBuilds(tx); });
  ASSERT_EQ(latest.size(), 1U);
  EXPECT_EQ(latest[0].id, next.build.id);
  auto race = nextBuild(sample);
  EXPECT_EQ(codeOf([&](Transaction& tx) { return insertNextBuild(tx, race); }), ErrorCode::AlreadyExists);
}

TEST_F(Builds, ownACopyOfTheState) {
  EXPECT_EQ(asText(in([&](Transaction& tx) { return getBuildState(tx, sample.build.id); })), "{}");
  const Bytes large(3'000'000, std::byte{0});
  in([&](Transaction& tx) { return setBuildState(tx, sample.build.id, large, at(30)); });
  EXPECT_EQ(in([&](Transaction& tx) { return getBuildState(tx, sample.build.id); }), large);
  in([&](Transaction& tx) { return setBuildState(tx, sample.build.id, {}, at(31)); });
  EXPECT_TRUE(in([&](Transaction& tx) { return getBuildState(tx, sample.build.id); }).empty());
  EXPECT_EQ(in([&](Transaction& tx) { return getBuild(tx, sample.build.id); }).updatedAt, at(31));
  EXPECT_EQ(codeOf([](Transaction& tx) { return getBuildState(tx, BuildId::random()); }), ErrorCode::NotFound);
}

TEST_F(Builds, haveParametersAndResources) {
  in([&](Transaction& tx) -> Result<void> {
    TRY(insertBuildParameter(tx, {.buildId = sample.build.id, .name = "b", .value = "2"}));
    TRY(insertBuildParameter(tx, {.buildId = sample.build.id, .name = "a", .value = "1"}));
    return insertResourceMetadata(
        tx, {.resourceId = sample.resource.id, .position = 0, .key = "ip", .value = "::1", .sensitive = true});
  });
  EXPECT_EQ(in([&](Transaction& tx) { return listBuildParameters(tx, sample.build.id); }).at(0).name, "a");
  EXPECT_EQ(in([&](Transaction& tx) { return listResources(tx, sample.buildJob.id); }).at(0).type, "docker_container");
  EXPECT_TRUE(in([&](Transaction& tx) { return listResourceMetadata(tx, sample.buildJob.id); }).at(0).sensitive);
}

TEST_F(Builds, sharePorts) {
  PortShareRecord share{
      .workspaceId = sample.workspace.id, .agentName = "main", .port = 8080, .shareLevel = SharingLevel::Owner};
  in([&](Transaction& tx) { return putPortShare(tx, share); });
  share.shareLevel = SharingLevel::Public;
  in([&](Transaction& tx) { return putPortShare(tx, share); });
  const auto shares = in([&](Transaction& tx) { return listPortShares(tx, sample.workspace.id); });
  ASSERT_EQ(shares.size(), 1U);
  EXPECT_EQ(shares[0].shareLevel, SharingLevel::Public);
  EXPECT_TRUE(in([&](Transaction& tx) { return deletePortShare(tx, sample.workspace.id, "main", 8080); }));
}

// The completion transaction writes many rows: whichever of them fails, none may stay.
TEST_F(Builds, failEachStepOfACompletionWithoutATrace) {
  const auto next = nextBuild(sample);
  const std::vector<std::function<Result<void>(Transaction&)>> steps{
      [&](Transaction& tx) { return insertJob(tx, next.buildJob); },
      [&](Transaction& tx) { return insertBuild(tx, next.build, {}); },
      [&](Transaction& tx) { return setBuildState(tx, next.build.id, asBytes("{1}"), at(40)); },
      [&](Transaction& tx) { return insertResource(tx, next.resource); },
      [&](Transaction& tx) { return insertAgent(tx, next.agent); },
      [&](Transaction& tx) { return deleteOldAgents(tx, next.workspace.id, next.buildJob.id, at(40)); },
      [&](Transaction& tx) { return completeJob(tx, next.buildJob.id, at(41)); },
  };
  for (std::size_t failing = 0; failing <= steps.size(); ++failing) {
    const auto result = store->runBlocking([&](Transaction& tx) -> Result<void> {
      for (std::size_t i = 0; i < steps.size(); ++i) {
        if (i == failing) return fail(ErrorCode::Internal, "step fails");
        TRY(steps[i](tx));
      }
      return {};
    });
    const bool isDone = failing == steps.size();
    EXPECT_EQ(result.has_value(), isDone);
    EXPECT_EQ(in([&](Transaction& tx) { return findJob(tx, next.buildJob.id); }).has_value(), isDone);
    EXPECT_EQ(in([&](Transaction& tx) { return findLatestBuild(tx, next.workspace.id); })->id,
              isDone ? next.build.id : sample.build.id);
    EXPECT_EQ(in([&](Transaction& tx) { return getAgent(tx, sample.agent.id); }).deleted, isDone);
  }
}
