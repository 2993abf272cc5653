#include "core/server/coordinator/Coordinator.h"

#include "../FakeSocket.h"
#include "core/rpc/AgentClient.h"
#include "core/rpc/DrpcServer.h"
#include "core/rpc/TailnetClient.h"
#include "core/server/Events.h"
#include "tests/unit/core/rpc/Run.h"
#include "tests/unit/core/store/Sample.h"

using namespace berth;
using namespace berth::server;
using rpc::tailnetpb::CoordinateResponse;
using rpc::test::run;
using Update = CoordinateResponse::PeerUpdate;

namespace {

const AgentId kAgent = *AgentId::parse("c2b1ad3e-6c9f-4f0a-9d3b-0a1b2c3d4e5f");
constexpr auto kAgentAddress = "fd7a:115c:a1e0:4f0a:9d3b:a1b:2c3d:4e5f/128";

rpc::tailnetpb::Node nodeWith(int derp, std::string address) {
  rpc::tailnetpb::Node node;
  node.set_preferred_derp(derp);
  node.add_addresses(address);
  node.add_allowed_ips(std::move(address));
  return node;
}

// A coordinator, and sessions with it over memory.
class CoordinatorTest : public store::SampleTest {
 protected:
  std::shared_ptr<rpc::YamuxSession> clientSession(std::optional<AgentId> only, PeerId peer = PeerId::random()) {
    auto ends = makeStreamPair(io.get_executor());
    ClientSession session{
        .peer = peer, .user = sample.user.id, .agent = only, .maySsh = [](AgentId) -> Task<bool> { co_return true; }};
    asio::co_spawn(io, m_coordinator.serveClient(std::make_unique<test::FakeSocket>(std::move(ends.first)), session),
                   asio::detached);
    return std::make_shared<rpc::YamuxSession>(std::move(ends.second), rpc::YamuxSession::Role::Client);
  }

  std::shared_ptr<rpc::YamuxSession> agentSession() {
    auto ends = makeStreamPair(io.get_executor());
    m_coordinator.addAgentService(agentServer, kAgent);
    auto session = std::make_shared<rpc::YamuxSession>(std::move(ends.first), rpc::YamuxSession::Role::Server);
    asio::co_spawn(
        io,
        [](std::shared_ptr<rpc::YamuxSession> serving, rpc::DrpcServer& server) -> Task<void> {
          co_await server.serve(*serving);
        }(session, agentServer),
        asio::detached);
    return std::make_shared<rpc::YamuxSession>(std::move(ends.second), rpc::YamuxSession::Role::Client);
  }

  void TearDown() override {
    run(io, m_coordinator.stop());
    io.poll();
    SampleTest::TearDown();
  }

  asio::io_context io;
  SystemClock clock;
  Events m_events{io.get_executor()};
  rpc::DrpcServer agentServer;
  Coordinator m_coordinator{io.get_executor(),
                            clock,
                            *store,
                            m_events,
                            {.relay = {*http::parseUrl("http://127.0.0.1:3000")}, .resumeKey = Secret("key")}};
};

Task<Update> nextUpdate(rpc::CoordinateCall& call) {
  const auto response = co_await call.receive();
  EXPECT_TRUE(response) << (response ? "" : response.error().message());
  EXPECT_EQ(response ? response->peer_updates_size() : 0, 1);
  co_return response && response->peer_updates_size() > 0 ? response->peer_updates(0) : Update();
}

}  // namespace

TEST_F(CoordinatorTest, bringsClientAndAgentTogether) {
  run(io,
      [](std::shared_ptr<rpc::YamuxSession> agent, std::shared_ptr<rpc::YamuxSession> client,
         Coordinator& coordinator) -> Task<void> {
        auto agentCall = *co_await rpc::TailnetClient(agent).coordinate();
        auto clientCall = *co_await rpc::TailnetClient(client).coordinate();
        EXPECT_TRUE(co_await clientCall->addTunnel(kAgent.value));
        EXPECT_TRUE(co_await agentCall->updateSelf(nodeWith(999, kAgentAddress)));
        EXPECT_EQ((co_await nextUpdate(*clientCall)).node().preferred_derp(), 999);
        EXPECT_EQ(coordinator.networkOf(kAgent)->preferredDerp, 999);
        EXPECT_TRUE(co_await clientCall->updateSelf(nodeWith(999, "fd7a::7/128")));
        const auto client1 = co_await nextUpdate(*agentCall);
        EXPECT_EQ(client1.kind(), Update::NODE);
        EXPECT_TRUE(co_await agentCall->readyForHandshake(*rpc::uuidFromWire(client1.id())));
        EXPECT_EQ((co_await nextUpdate(*clientCall)).kind(), Update::READY_FOR_HANDSHAKE);
        EXPECT_TRUE(co_await clientCall->disconnect());
        EXPECT_EQ((co_await clientCall->receive()).error().code(), ErrorCode::EndOfStream);
        EXPECT_EQ((co_await nextUpdate(*agentCall)).kind(), Update::DISCONNECTED);
      }(agentSession(), clientSession(kAgent), m_coordinator));
}

TEST_F(CoordinatorTest, aVanishedClientIsLost) {
  run(io, [](std::shared_ptr<rpc::YamuxSession> agent, std::shared_ptr<rpc::YamuxSession> client) -> Task<void> {
    auto agentCall = *co_await rpc::TailnetClient(agent).coordinate();
    auto clientCall = *co_await rpc::TailnetClient(client).coordinate();
    EXPECT_TRUE(co_await clientCall->addTunnel(kAgent.value));
    EXPECT_TRUE(co_await clientCall->updateSelf(nodeWith(1, "fd7a::7/128")));
    EXPECT_TRUE(co_await agentCall->updateSelf(nodeWith(2, kAgentAddress)));
    EXPECT_EQ((co_await nextUpdate(*agentCall)).kind(), Update::NODE);
    client->close();
    EXPECT_EQ((co_await nextUpdate(*agentCall)).kind(), Update::LOST);
  }(agentSession(), clientSession(kAgent)));
}

TEST_F(CoordinatorTest, aRefusalEndsTheStreamAndNotTheSession) {
  run(io, [](std::shared_ptr<rpc::YamuxSession> client) -> Task<void> {
    rpc::TailnetClient tailnet(client);
    auto call = *co_await tailnet.coordinate();
    EXPECT_TRUE(co_await call->addTunnel(Uuid::random()));
    const auto refusal = co_await call->receive();
    EXPECT_TRUE(refusal);
    EXPECT_TRUE(refusal->error().starts_with("authorization: invalid agent id, expected "));
    EXPECT_EQ((co_await call->receive()).error().code(), ErrorCode::EndOfStream);
    EXPECT_TRUE(co_await tailnet.postTelemetry({}));
  }(clientSession(kAgent)));
}

// The requests that bring a stock server down (reference/tailnet.md 4.8).
TEST_F(CoordinatorTest, crashTrapsAreAnsweredWithErrors) {
  run(io, [](std::shared_ptr<rpc::YamuxSession> agent, std::shared_ptr<rpc::YamuxSession> client) -> Task<void> {
    auto call = *co_await rpc::TailnetClient(client).coordinate();
    rpc::tailnetpb::CoordinateRequest withoutNode;
    withoutNode.mutable_update_self();
    EXPECT_TRUE(co_await call->send(withoutNode));
    EXPECT_EQ((co_await call->receive())->error(), "authorization: update_self carries no node");
    EXPECT_EQ((co_await rpc::TailnetClient(agent).refreshResumeToken()).error().code(), ErrorCode::Unsupported);
    EXPECT_TRUE(co_await rpc::TailnetClient(agent).postTelemetry({}));
  }(agentSession(), clientSession(kAgent)));
}

TEST_F(CoordinatorTest, aResumeTokenBringsThePeerBack) {
  const auto peer = PeerId::random();
  std::string token;
  run(io, [](std::shared_ptr<rpc::YamuxSession> client, std::string& out) -> Task<void> {
    const auto answer = co_await rpc::TailnetClient(client).refreshResumeToken();
    EXPECT_TRUE(answer);
    EXPECT_EQ(answer->refresh_in().seconds(), 43'200);
    EXPECT_TRUE(answer->has_expires_at());
    out = answer->token();
  }(clientSession(kAgent, peer), token));
  EXPECT_EQ(*m_coordinator.peerFor(token), peer);
  EXPECT_EQ(m_coordinator.peerFor("0123456789").error().code(), ErrorCode::Unauthenticated);
  EXPECT_NE(*m_coordinator.peerFor(std::nullopt), *m_coordinator.peerFor(std::nullopt));
}

TEST_F(CoordinatorTest, theDerpMapComesAtOnceAndIsTheStockOne) {
  run(io, [](std::shared_ptr<rpc::YamuxSession> client) -> Task<void> {
    auto call = *co_await rpc::TailnetClient(client).streamDerpMaps();
    const auto map = co_await call->receive<rpc::tailnetpb::DERPMap>();
    EXPECT_TRUE(map);
    EXPECT_EQ(toHex(asBytes(map->SerializeAsString())),
              "0a00124d08e707124808e70710011a05636f6465722214436f64657220456d6265646465642052656c617932240a04393939"
              "6210e7071a093132372e302e302e3138ffffffffffffffffff0148b8175801");
    call->close();
  }(clientSession(kAgent)));
}

TEST_F(CoordinatorTest, aUserHearsOfHisWorkspacesAndTheirChanges) {
  run(io,
      [](std::shared_ptr<rpc::YamuxSession> client, store::Store& rows, Events& news,
         store::Sample& known) -> Task<void> {
        auto call = *co_await rpc::TailnetClient(client).workspaceUpdates(known.user.id);
        const auto first = co_await call->receive<rpc::tailnetpb::WorkspaceUpdate>();
        EXPECT_TRUE(first) << (first ? "" : first.error().message());
        EXPECT_EQ(first->upserted_workspaces(0).name(), "QuickStart");
        EXPECT_EQ(first->upserted_agents(0).name(), "main");
        EXPECT_TRUE(co_await rows.run([id = known.workspace.id](store::Transaction& tx) {
          return store::markWorkspaceDeleted(tx, id, store::at(100));
        }));
        news.publish(Topic::UserWorkspaces, known.user.id);
        const auto second = co_await call->receive<rpc::tailnetpb::WorkspaceUpdate>();
        EXPECT_TRUE(second);
        EXPECT_EQ(second->deleted_workspaces_size(), 1);
        EXPECT_EQ(second->deleted_agents_size(), 1);
        EXPECT_EQ(second->upserted_workspaces_size(), 0);
        call->close();
      }(clientSession(std::nullopt), *store, m_events, sample));
}

TEST_F(CoordinatorTest, updatesOfOthersAreRefusedAndOneAgentSessionsGetNone) {
  run(io,
      [](std::shared_ptr<rpc::YamuxSession> user, std::shared_ptr<rpc::YamuxSession> client,
         std::shared_ptr<rpc::YamuxSession> agent) -> Task<void> {
        auto foreign = *co_await rpc::TailnetClient(user).workspaceUpdates(UserId::random());
        EXPECT_EQ((co_await foreign->receiveBody()).error().code(), ErrorCode::Unavailable);
        auto empty = *co_await rpc::TailnetClient(client).workspaceUpdates(UserId::random());
        EXPECT_EQ(co_await empty->receiveBody(), "");
        auto none = *co_await rpc::TailnetClient(agent).workspaceUpdates(UserId::random());
        EXPECT_EQ((co_await none->receiveBody()).error().code(), ErrorCode::EndOfStream);
      }(clientSession(std::nullopt), clientSession(kAgent), agentSession()));
}

TEST_F(CoordinatorTest, stoppingWaitsForNobodyWhenNobodyIsConnected) {
  const auto begin = std::chrono::steady_clock::now();
  run(io, m_coordinator.stop());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(80));
}

TEST_F(CoordinatorTest, stoppingTellsThePeersAndIsQuick) {
  run(io, [](std::shared_ptr<rpc::YamuxSession> client, Coordinator& coordinator) -> Task<void> {
    auto call = *co_await rpc::TailnetClient(client).coordinate();
    EXPECT_TRUE(co_await call->updateSelf(nodeWith(1, "fd7a::7/128")));
    EXPECT_TRUE(co_await client->ping());
    const auto begin = std::chrono::steady_clock::now();
    co_await coordinator.stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
    EXPECT_EQ((co_await call->receive())->error(), "coordinator closed");
    (void)co_await client->ended();
  }(clientSession(kAgent), m_coordinator));
}
