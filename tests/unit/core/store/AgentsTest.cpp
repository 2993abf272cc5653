#include "Sample.h"

using namespace berth;
using namespace berth::store;

namespace {

class Agents : public SampleTest {
 protected:
  AgentRecord agent() {
    return in([this](Transaction& tx) { return getAgent(tx, sample.agent.id); });
  }
  static AgentLogRecord line(std::string text) {
    AgentLogRecord record;
    record.output = std::move(text);
    return record;
  }
};

}  // namespace

TEST_F(Agents, comeBackAsStored) {
  EXPECT_EQ(agent().displayApps, sample.agent.displayApps);
  EXPECT_EQ(agent().parentId, std::nullopt);
  EXPECT_EQ(in([&](Transaction& tx) { return findAgentByToken(tx, sample.agent.authToken); })->id, sample.agent.id);
  EXPECT_EQ(in([&](Transaction& tx) { return listAgentsOfJob(tx, sample.buildJob.id); }).size(), 1U);
  EXPECT_EQ(in([&](Transaction& tx) { return listCurrentAgents(tx, sample.workspace.id); }).size(), 1U);
}

TEST_F(Agents, giveWayToThoseOfTheNextBuild) {
  const auto next = nextBuild(sample);
  in([&](Transaction& tx) -> Result<void> {
    TRY(insertNextBuild(tx, next));
    return deleteOldAgents(tx, sample.workspace.id, next.buildJob.id, at(30));
  });
  EXPECT_TRUE(agent().deleted);
  const auto current = in([&](Transaction& tx) { return listCurrentAgents(tx, sample.workspace.id); });
  ASSERT_EQ(current.size(), 1U);
  EXPECT_EQ(current[0].id, next.agent.id);
  // The token lives in the resource: a build that leaves it alone has a new agent with the old token.
  EXPECT_EQ(in([&](Transaction& tx) { return findAgentByToken(tx, sample.agent.authToken); })->id, next.agent.id);
  in([&](Transaction& tx) { return deleteOldAgents(tx, sample.workspace.id, std::nullopt, at(31)); });
  EXPECT_FALSE(in([&](Transaction& tx) { return findAgentByToken(tx, sample.agent.authToken); }).has_value());
}

TEST_F(Agents, haveAConnectionThatARestartEnds) {
  in([&](Transaction& tx) {
    return setAgentConnection(tx, sample.agent.id,
                              {.firstConnectedAt = at(10), .lastConnectedAt = at(20), .disconnectedAt = {}}, at(20));
  });
  in([](Transaction& tx) { return disconnectAllAgents(tx, at(25)); });
  EXPECT_EQ(agent().disconnectedAt, at(25));
  in([](Transaction& tx) { return disconnectAllAgents(tx, at(99)); });
  EXPECT_EQ(agent().disconnectedAt, at(25));
}

TEST_F(Agents, reportStartupAndLifecycle) {
  in([&](Transaction& tx) -> Result<void> {
    TRY(setAgentStartup(tx, sample.agent.id, "v2.36.0", "2.10", "/home/me", {"envbox"}));
    return setAgentLifecycle(tx, sample.agent.id, AgentLifecycle::Ready, at(1), at(2));
  });
  EXPECT_EQ(agent().expandedDirectory, "/home/me");
  EXPECT_EQ(agent().lifecycle, AgentLifecycle::Ready);
  EXPECT_EQ(agent().readyAt, at(2));
  EXPECT_EQ(agent().subsystems, std::vector<std::string>{"envbox"});
}

TEST_F(Agents, haveSubAgents) {
  auto child = sample.agent;
  child.id = AgentId::random();
  child.parentId = sample.agent.id;
  in([&](Transaction& tx) { return insertAgent(tx, child); });
  EXPECT_EQ(in([&](Transaction& tx) { return listSubAgents(tx, sample.agent.id); }).size(), 1U);
  in([&](Transaction& tx) { return deleteAgent(tx, child.id, at(9)); });
  EXPECT_TRUE(in([&](Transaction& tx) { return listSubAgents(tx, sample.agent.id); }).empty());
}

TEST_F(Agents, runScripts) {
  const AgentScriptTimingRecord timing{.scriptId = sample.script.id,
                                       .agentId = sample.agent.id,
                                       .startedAt = at(1),
                                       .endedAt = at(2),
                                       .exitCode = 3,
                                       .stage = "start",
                                       .status = ScriptStatus::ExitFailure};
  EXPECT_EQ(in([&](Transaction& tx) { return listAgentScripts(tx, sample.agent.id); }).at(0).exitCode, std::nullopt);
  in([&](Transaction& tx) { return insertAgentScriptTiming(tx, timing); });
  const auto scripts = in([&](Transaction& tx) { return listAgentScripts(tx, sample.agent.id); });
  EXPECT_EQ(scripts.at(0).exitCode, 3);
  EXPECT_EQ(scripts.at(0).status, ScriptStatus::ExitFailure);
  EXPECT_EQ(in([&](Transaction& tx) { return listAgentScriptTimings(tx, sample.buildJob.id); }).size(), 1U);
  auto foreign = timing;
  foreign.agentId = AgentId::random();
  EXPECT_EQ(codeOf([&](Transaction& tx) { return insertAgentScriptTiming(tx, foreign); }), ErrorCode::NotFound);
}

TEST_F(Agents, keepLogSourcesOnce) {
  AgentLogSourceRecord source{
      .id = {}, .agentId = sample.agent.id, .createdAt = at(1), .displayName = "External", .icon = ""};
  in([&](Transaction& tx) { return putAgentLogSource(tx, source); });
  source.displayName = "Other";
  in([&](Transaction& tx) { return putAgentLogSource(tx, source); });
  const auto sources = in([&](Transaction& tx) { return listAgentLogSources(tx, sample.agent.id); });
  ASSERT_EQ(sources.size(), 1U);
  EXPECT_EQ(sources[0].displayName, "External");
}

TEST_F(Agents, keepLogsUpToALimit) {
  const auto stored =
      in([&](Transaction& tx) { return insertAgentLogs(tx, sample.agent.id, {line("a"), line("bc")}); });
  ASSERT_EQ(stored.stored.size(), 2U);
  EXPECT_EQ(agent().logsLength, 3);
  EXPECT_EQ(in([&](Transaction& tx) { return listAgentLogs(tx, sample.agent.id, stored.stored[0].id); }).size(), 1U);
  const auto tooMuch = in([&](Transaction& tx) {
    return insertAgentLogs(tx, sample.agent.id, {line(std::string(kMaxAgentLogBytes, 'x'))});
  });
  EXPECT_TRUE(tooMuch.overflowed);
  EXPECT_TRUE(tooMuch.stored.empty());
  EXPECT_TRUE(agent().logsOverflowed);
  EXPECT_TRUE(in([&](Transaction& tx) { return insertAgentLogs(tx, sample.agent.id, {line("x")}); }).overflowed);
}

TEST_F(Agents, collectMetadata) {
  AgentMetadataRecord metadata;
  metadata.agentId = sample.agent.id;
  metadata.key = "cpu";
  in([&](Transaction& tx) -> Result<void> {
    TRY(insertAgentMetadata(tx, metadata));
    TRY(setAgentMetadataValue(tx, sample.agent.id, "cpu", "12%", "", at(5)));
    return setAgentMetadataValue(tx, sample.agent.id, "unknown", "x", "", at(5));
  });
  const auto values = in([&](Transaction& tx) { return listAgentMetadata(tx, sample.agent.id); });
  ASSERT_EQ(values.size(), 1U);
  EXPECT_EQ(values[0].value, "12%");
}

TEST_F(Agents, reportStatisticsAndConnections) {
  AgentStatsRecord stats;
  stats.agentId = sample.agent.id;
  stats.connectionsByProto = {{"TCP", 2}};
  stats.connectionMedianLatencyMs = 4.5;
  in([&](Transaction& tx) { return putAgentStats(tx, stats); });
  in([&](Transaction& tx) { return putAgentStats(tx, stats); });
  EXPECT_EQ(in([&](Transaction& tx) { return findAgentStats(tx, sample.agent.id); })->connectionsByProto.at("TCP"), 2);

  AgentConnectionRecord connection;
  connection.id = Uuid::random();
  connection.agentId = sample.agent.id;
  connection.type = "ssh";
  in([&](Transaction& tx) { return putAgentConnection(tx, connection); });
  connection.exitCode = 0;
  in([&](Transaction& tx) { return putAgentConnection(tx, connection); });
  const auto connections = in([&](Transaction& tx) { return listAgentConnections(tx, sample.agent.id); });
  ASSERT_EQ(connections.size(), 1U);
  EXPECT_EQ(connections[0].exitCode, 0);
}

TEST_F(Agents, haveAppsThatMoveOnlyWithinTheirWorkspace) {
  EXPECT_EQ(in([&](Transaction& tx) { return findAppBySlug(tx, sample.agent.id, "web"); })->id, sample.app.id);
  in([&](Transaction& tx) { return setAppHealth(tx, sample.app.id, AppHealth::Healthy); });
  EXPECT_EQ(in([&](Transaction& tx) { return listApps(tx, sample.agent.id); }).at(0).health, AppHealth::Healthy);
  EXPECT_EQ(codeOf([](Transaction& tx) { return setAppHealth(tx, AppId::random(), AppHealth::Healthy); }),
            ErrorCode::NotFound);

  const auto next = nextBuild(sample);
  auto moved = sample.app;
  moved.agentId = next.agent.id;
  in([&](Transaction& tx) -> Result<void> {
    TRY(insertNextBuild(tx, next));
    return putApp(tx, moved);
  });
  EXPECT_TRUE(in([&](Transaction& tx) { return listApps(tx, sample.agent.id); }).empty());

  auto other = nextBuild(sample);
  other.workspace.id = WorkspaceId::random();
  other.workspace.name = "other";
  other.build.workspaceId = other.workspace.id;
  auto stolen = sample.app;
  stolen.agentId = other.agent.id;
  EXPECT_EQ(codeOf([&](Transaction& tx) -> Result<void> {
              TRY(insertWorkspace(tx, other.workspace));
              TRY(insertNextBuild(tx, other));
              return putApp(tx, stolen);
            }),
            ErrorCode::Conflict);
}

TEST_F(Agents, haveAppStatuses) {
  for (const int second : {1, 2}) {
    const AppStatusRecord status{.id = Uuid::random(),
                                 .createdAt = at(second),
                                 .workspaceId = sample.workspace.id,
                                 .agentId = sample.agent.id,
                                 .appId = sample.app.id,
                                 .state = "working",
                                 .message = std::to_string(second),
                                 .uri = ""};
    in([&](Transaction& tx) { return insertAppStatus(tx, status); });
  }
  EXPECT_EQ(in([&](Transaction& tx) { return listAppStatuses(tx, sample.app.id); }).size(), 2U);
  EXPECT_EQ(in([&](Transaction& tx) { return findLatestAppStatus(tx, sample.workspace.id); })->message, "2");
}

TEST_F(Agents, haveDevcontainers) {
  in([&](Transaction& tx) {
    return insertAgentDevcontainer(tx, {.id = Uuid::random(),
                                        .agentId = sample.agent.id,
                                        .name = "dc",
                                        .workspaceFolder = "/w",
                                        .configPath = "",
                                        .subagentId = {}});
  });
  EXPECT_EQ(in([&](Transaction& tx) { return listAgentDevcontainers(tx, sample.agent.id); }).at(0).name, "dc");
}
