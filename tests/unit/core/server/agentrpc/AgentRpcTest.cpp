#include "core/server/agentrpc/AgentRpc.h"

#include "../FakeSocket.h"
#include "core/rpc/AgentClient.h"
#include "core/rpc/TailnetClient.h"
#include "core/server/coordinator/Coordinator.h"
#include "tests/unit/core/rpc/Run.h"
#include "tests/unit/core/store/Sample.h"

using namespace berth;
using namespace berth::server;
using namespace rpc::agentpb;
using rpc::AgentClient;
using rpc::test::run;
using Session = std::shared_ptr<rpc::YamuxSession>;

namespace {

// A server with one workspace, and sessions of its agent over memory.
class AgentRpcTest : public store::SampleTest {
 protected:
  Session connect(AgentSessionOptions options = {.version = {2, 10}}) {
    auto ends = makeStreamPair(m_io.get_executor());
    const AgentIdentity identity{.agentId = sample.agent.id,
                                 .agentName = sample.agent.name,
                                 .workspaceId = sample.workspace.id,
                                 .buildId = sample.build.id,
                                 .ownerId = sample.user.id};
    asio::co_spawn(m_io, m_agents.serve(std::make_unique<test::FakeSocket>(std::move(ends.first)), identity, options),
                   asio::detached);
    return std::make_shared<rpc::YamuxSession>(std::move(ends.second), rpc::YamuxSession::Role::Client);
  }

  store::AgentRecord agent() {
    return in([id = sample.agent.id](store::Transaction& tx) { return store::getAgent(tx, id); });
  }

  // Lets the loop run until `condition` holds.
  void waitUntil(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + rpc::test::kPatience;
    while (!condition() && std::chrono::steady_clock::now() < deadline) {
      m_io.restart();
      m_io.run_for(std::chrono::milliseconds(5));
    }
    EXPECT_TRUE(condition());
  }

  void TearDown() override {
    run(m_io, m_agents.stop());
    run(m_io, m_coordinator.stop());
    SampleTest::TearDown();
  }

  asio::io_context m_io;
  SystemClock m_clock;
  Events m_events{m_io.get_executor()};
  Deployment m_deployment{.accessUrl = *http::parseUrl("http://127.0.0.1:3000"), .id = {}, .defaultOrganization = {}};
  Coordinator m_coordinator{
      m_io.get_executor(), m_clock, *store, m_events, {.relay = m_deployment.relay(), .resumeKey = Secret("key")}};
  Services m_services{
      .store = *store, .events = m_events, .clock = m_clock, .deployment = m_deployment, .coordinator = &m_coordinator};
  AgentRpc m_agents{m_io.get_executor(), m_services};
};

Task<void> expectRefused(Task<Result<void>> call, std::string_view text) {
  const auto result = co_await std::move(call);
  EXPECT_FALSE(result);
  EXPECT_EQ(result ? "accepted" : result.error().message(), text);
}

template <typename T>
Task<Result<void>> withoutValue(Task<Result<T>> call) {
  const auto result = co_await std::move(call);
  if (!result) co_return fail(result.error());
  co_return Result<void>();
}

}  // namespace

TEST_F(AgentRpcTest, notesWhenTheAgentComesAndGoes) {
  auto news = m_events.subscribe({subject(Topic::Agent, sample.agent.id)});
  auto session = connect();
  waitUntil([this] { return agent().lastConnectedAt.has_value(); });
  EXPECT_TRUE(agent().firstConnectedAt);
  EXPECT_FALSE(agent().disconnectedAt);
  session->close();
  waitUntil([this] { return agent().disconnectedAt.has_value(); });
  EXPECT_GE(agent().disconnectedAt, agent().lastConnectedAt);
  run(m_io, [](Events::Subscription& changes) -> Task<void> {
    EXPECT_TRUE(co_await changes.wait(std::chrono::seconds(1)));
  }(*news));
}

TEST_F(AgentRpcTest, aNewSessionReplacesTheOldAndTheAgentStaysConnected) {
  auto first = connect();
  waitUntil([this] { return agent().lastConnectedAt.has_value(); });
  auto second = connect();
  run(m_io, [](Session replaced, Session current) -> Task<void> {
    (void)co_await replaced->ended();
    EXPECT_TRUE(co_await AgentClient(current).getManifest());
  }(first, second));
  EXPECT_FALSE(agent().disconnectedAt);
  EXPECT_FALSE(second->isEnded());
}

TEST_F(AgentRpcTest, helpersDontCountAsTheAgent) {
  auto helper = connect({.version = {2, 0}, .isAgentItself = false});
  run(m_io, [](Session session) -> Task<void> { EXPECT_TRUE(co_await AgentClient(session).getManifest()); }(helper));
  EXPECT_FALSE(agent().firstConnectedAt);
}

TEST_F(AgentRpcTest, storesStartupAndLifecycle) {
  run(m_io, [](Session session) -> Task<void> {
    AgentClient client(session);
    Startup startup;
    startup.set_version("v2.36.0-devel+abc");
    startup.set_expanded_directory("/home/me");
    startup.add_subsystems(Startup::EXECTRACE);
    startup.add_subsystems(Startup::EXECTRACE);
    const auto echoed = co_await client.updateStartup(startup);
    EXPECT_TRUE(echoed);
    EXPECT_EQ(echoed->version(), startup.version());
    for (const auto state : {Lifecycle::STARTING, Lifecycle::READY}) {
      Lifecycle lifecycle;
      lifecycle.set_state(state);
      EXPECT_TRUE(co_await client.updateLifecycle(lifecycle));
    }
  }(connect()));
  const auto row = agent();
  EXPECT_EQ(row.version, "v2.36.0-devel+abc");
  EXPECT_EQ(row.apiVersion, "2.10");
  EXPECT_EQ(row.expandedDirectory, "/home/me");
  EXPECT_EQ(row.subsystems, std::vector<std::string>{"exectrace"});
  EXPECT_EQ(row.lifecycle, AgentLifecycle::Ready);
  EXPECT_TRUE(row.startedAt && row.readyAt);
}

// The requests that bring a stock server down, and what else it refuses (reference/tailnet.md 4.8, 7.2 to 7.7).
TEST_F(AgentRpcTest, answersBadReportsWithErrorsAndGoesOn) {
  run(m_io, [](Session session, store::Sample& known) -> Task<void> {
    rpc::DrpcClient raw(session);
    AgentClient client(session);
    co_await expectRefused(
        withoutValue(raw.unary<Startup>("/coder.agent.v2.Agent/UpdateStartup", UpdateStartupRequest())),
        "startup is required");
    co_await expectRefused(
        withoutValue(raw.unary<Lifecycle>("/coder.agent.v2.Agent/UpdateLifecycle", UpdateLifecycleRequest())),
        "lifecycle is required");
    BatchUpdateMetadataRequest withoutResult;
    withoutResult.add_metadata()->set_key("cpu");
    co_await expectRefused(withoutValue(raw.unary<BatchUpdateMetadataResponse>(
                               "/coder.agent.v2.Agent/BatchUpdateMetadata", withoutResult)),
                           "metadata \"cpu\" has no result");
    co_await expectRefused(withoutValue(raw.unary<WorkspaceAgentScriptCompletedResponse>(
                               "/coder.agent.v2.Agent/ScriptCompleted", WorkspaceAgentScriptCompletedRequest())),
                           "script timing is required");
    co_await expectRefused(client.reportConnection({}), "connection id must be a UUID that is not nil");

    Startup startup;
    startup.set_version("2.36");
    co_await expectRefused(withoutValue(client.updateStartup(startup)), "invalid agent semver version \"2.36\"");
    startup.set_version("v1.2.3");
    startup.add_subsystems(Startup::SUBSYSTEM_UNSPECIFIED);
    co_await expectRefused(withoutValue(client.updateStartup(startup)), "invalid agent subsystem 0");
    co_await expectRefused(withoutValue(client.updateLifecycle({})), "unknown lifecycle state \"0\"");

    BatchUpdateAppHealthRequest health;
    health.add_updates()->set_id(rpc::toWire(known.app.id.value));
    co_await expectRefused(client.batchUpdateAppHealths(health), "unknown workspace app health 0");
    health.mutable_updates(0)->set_health(HEALTHY);
    co_await expectRefused(client.batchUpdateAppHealths(health), "workspace app \"web\" has no health check");
    const auto unknown = Uuid::random();
    health.mutable_updates(0)->set_id(rpc::toWire(unknown));
    co_await expectRefused(client.batchUpdateAppHealths(health),
                           "workspace app ID \"" + unknown.toString() + "\" not found");

    BatchUpdateMetadataRequest longKeys;
    longKeys.add_metadata()->set_key(std::string(7000, 'k'));
    co_await expectRefused(client.batchUpdateMetadata(longKeys), "metadata keys of 7000 bytes exceeded 6144 bytes");
    EXPECT_TRUE(co_await client.getManifest());
  }(connect(), sample));
}

TEST_F(AgentRpcTest, whatThisServerLacksIsUnimplemented) {
  run(m_io, [](Session session) -> Task<void> {
    EXPECT_EQ((co_await AgentClient(session).pushContextState({})).error().code(), ErrorCode::Unsupported);
    EXPECT_EQ((co_await rpc::DrpcClient(session).unary<CreateSubAgentResponse>("/coder.agent.v2.Agent/CreateSubAgent",
                                                                               CreateSubAgentRequest()))
                  .error()
                  .code(),
              ErrorCode::Unsupported);
  }(connect()));
}

TEST_F(AgentRpcTest, keepsLogsUntilTheLimit) {
  run(m_io, [](Session session) -> Task<void> {
    AgentClient client(session);
    BatchCreateLogsRequest request;
    request.set_log_source_id(rpc::toWire(Uuid()));
    auto& line = *request.add_logs();
    line.set_output(std::string("a\0b", 3));
    line.set_level(Log::WARN);
    EXPECT_FALSE((co_await client.batchCreateLogs(request))->log_limit_exceeded());
    request.mutable_logs(0)->set_output(std::string(store::kMaxAgentLogBytes, 'x'));
    EXPECT_TRUE((co_await client.batchCreateLogs(request))->log_limit_exceeded());
    EXPECT_TRUE((co_await client.batchCreateLogs(request))->log_limit_exceeded());
  }(connect()));
  const auto logs = in([id = sample.agent.id](store::Transaction& tx) { return store::listAgentLogs(tx, id); });
  ASSERT_EQ(logs.size(), 1U);
  EXPECT_EQ(logs[0].output,
            "a\u274c"
            "b");
  EXPECT_EQ(logs[0].level, LogLevel::Warn);
  EXPECT_TRUE(agent().logsOverflowed);
}

TEST_F(AgentRpcTest, trimsAndCutsMetadata) {
  in([this](store::Transaction& tx) {
    return store::insertAgentMetadata(tx, {.agentId = sample.agent.id, .key = "cpu"});
  });
  run(m_io, [](Session session) -> Task<void> {
    BatchUpdateMetadataRequest request;
    auto& item = *request.add_metadata();
    item.set_key("cpu");
    item.mutable_result()->set_value("  " + std::string(3000, 'v') + "\n");
    auto& unknown = *request.add_metadata();
    unknown.set_key("nobody asked");
    EXPECT_TRUE(co_await AgentClient(session).batchUpdateMetadata(request));
  }(connect()));
  const auto metadata = in([id = sample.agent.id](store::Transaction& tx) { return store::listAgentMetadata(tx, id); });
  ASSERT_EQ(metadata.size(), 1U);
  EXPECT_EQ(metadata[0].value, std::string(2048, 'v'));
  EXPECT_EQ(metadata[0].error, "value of 3000 bytes exceeded 2048 bytes");
}

TEST_F(AgentRpcTest, storesStatisticsConnectionsAndScriptResults) {
  run(m_io, [](Session session, store::Sample& known) -> Task<void> {
    AgentClient client(session);
    EXPECT_EQ((co_await client.updateStats(std::nullopt))->report_interval().seconds(), 30);
    Stats stats;
    stats.set_rx_bytes(42);
    stats.set_connection_count(1);
    (*stats.mutable_connections_by_proto())["TCP"] = 1;
    EXPECT_TRUE(co_await client.updateStats(stats));

    Connection connection;
    connection.set_id(rpc::toWire(known.build.id.value));
    connection.set_action(Connection::CONNECT);
    connection.set_type(Connection::SSH);
    EXPECT_TRUE(co_await client.reportConnection(connection));
    connection.set_action(Connection::DISCONNECT);
    connection.set_status_code(3);
    EXPECT_TRUE(co_await client.reportConnection(connection));

    Timing timing;
    timing.set_script_id(rpc::toWire(known.script.id.value));
    timing.mutable_start()->set_seconds(1);
    timing.mutable_end()->set_seconds(2);
    timing.set_exit_code(1);
    timing.set_status(Timing::FAILED_EXIT);
    EXPECT_TRUE(co_await client.scriptCompleted(timing));
    EXPECT_EQ((co_await client.getResourcesMonitoringConfiguration())->config().num_datapoints(), 20);
    EXPECT_TRUE(co_await client.getAnnouncementBanners());
    EXPECT_TRUE(co_await client.getServiceBanner());
  }(connect(), sample));
  const auto id = sample.agent.id;
  EXPECT_EQ(in([id](store::Transaction& tx) { return store::findAgentStats(tx, id); })->rxBytes, 42);
  const auto connections = in([id](store::Transaction& tx) { return store::listAgentConnections(tx, id); });
  ASSERT_EQ(connections.size(), 1U);
  EXPECT_EQ(connections[0].exitCode, 3);
  EXPECT_TRUE(connections[0].disconnectedAt);
  const auto scripts = in([id](store::Transaction& tx) { return store::listAgentScripts(tx, id); });
  EXPECT_EQ(scripts.at(0).exitCode, 1);
  EXPECT_EQ(scripts.at(0).status, ScriptStatus::ExitFailure);
}

TEST_F(AgentRpcTest, theTailnetServiceIsOnTheSameSession) {
  run(m_io, [](Session session) -> Task<void> {
    rpc::TailnetClient tailnet(session);
    auto maps = *co_await tailnet.streamDerpMaps();
    EXPECT_TRUE((co_await maps->receive<rpc::tailnetpb::DERPMap>())->has_home_params());
    auto call = *co_await tailnet.coordinate();
    EXPECT_TRUE(co_await call->addTunnel(Uuid::random()));
    EXPECT_EQ((co_await call->receive())->error(), "authorization: agents cannot open tunnels");
  }(connect()));
}

TEST_F(AgentRpcTest, stoppingWaitsForNobodyWhenNobodyIsConnected) {
  const auto begin = std::chrono::steady_clock::now();
  run(m_io, m_agents.stop());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(200));
}

TEST_F(AgentRpcTest, stoppingEndsSessionsQuickly) {
  auto session = connect();
  waitUntil([this] { return agent().lastConnectedAt.has_value(); });
  const auto begin = std::chrono::steady_clock::now();
  run(m_io, m_agents.stop());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
  run(m_io, [](Session ended) -> Task<void> { (void)co_await ended->ended(); }(session));
  EXPECT_TRUE(agent().disconnectedAt);
}
