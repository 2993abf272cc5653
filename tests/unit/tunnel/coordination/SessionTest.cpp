// Client and agent sessions against a coordinator that is only a script, over yamux and dRPC in memory.
#include <gtest/gtest.h>

#include "core/base/Notifier.h"
#include "core/rpc/DrpcServer.h"
#include "tests/support/Run.h"
#include "tests/support/VectorKeys.h"
#include "tunnel/coordination/AgentSession.h"
#include "tunnel/coordination/ClientSession.h"
#include "tunnel/coordination/Convert.h"

// Not with using-directives: berth::wire is protobuf's.
namespace berth::tunnel::coordination {

using namespace std::chrono_literals;
namespace pb = berth::rpc::tailnetpb;

namespace {

const Uuid kAgent = *Uuid::parse("c2b1ad3e-6c9f-4f0a-9d3b-0a1b2c3d4e5f");

NodeInfo someNode(const char* key, int region = 999) {
  NodeInfo node;
  node.key = berth::test::vectorPublic<wire::NodePublic>(key);
  node.disco = wire::DiscoPublic(node.key.bytes());
  node.preferredDerp = region;
  return node;
}

pb::CoordinateResponse update(pb::CoordinateResponse::PeerUpdate::Kind kind, std::optional<NodeInfo> node = {}) {
  pb::CoordinateResponse response;
  auto& item = *response.add_peer_updates();
  item.set_id(rpc::toWire(kAgent));
  item.set_kind(kind);
  if (node) *item.mutable_node() = toProto(*node);
  return response;
}

// What a session did to its user, in words.
struct RecordingUser final : NetworkUser {
  explicit RecordingUser(asio::any_io_executor executor) : changed(executor) {}
  void putPeer(const NodeInfo& peer, bool keepsAlive) override {
    note(std::format("put {}{}", peer.key.toString().substr(8, 2), keepsAlive ? " keepalive" : ""));
  }
  void removePeer(const wire::NodePublic& key) override { note("remove " + key.toString().substr(8, 2)); }
  std::optional<TimePoint> lastHandshakeAt(const wire::NodePublic&) const override { return std::nullopt; }
  void setDerpMap(const wire::DerpMap& map) override { note(std::format("map of {}", map.regions.size())); }

  void note(std::string text) {
    events.push_back(std::move(text));
    changed.notify();
  }
  Task<std::string> next() {
    while (events.empty()) co_await changed.wait();
    std::string first = std::move(events.front());
    events.pop_front();
    co_return first;
  }
  std::deque<std::string> events;
  Notifier changed;
};

// The server's side of one connection: the test reads requests and sends responses as it likes.
struct ScriptedServer {
  explicit ScriptedServer(std::unique_ptr<Stream> stream)
      : session(std::make_shared<rpc::YamuxSession>(std::move(stream), rpc::YamuxSession::Role::Server)),
        changed(session->executor()) {
    server.addStream("/coder.tailnet.v2.Tailnet/Coordinate", [this](rpc::DrpcCall& call) -> Task<Result<void>> {
      coordinate = &call;
      changed.notify();
      while (!isReleased) co_await changed.wait();
      coordinate = nullptr;
      co_return co_await call.finish();
    });
    server.addStream("/coder.tailnet.v2.Tailnet/StreamDERPMaps", [](rpc::DrpcCall& call) -> Task<Result<void>> {
      CO_TRY(co_await call.receive<pb::StreamDERPMapsRequest>());
      pb::DERPMap map;
      map.mutable_home_params();
      (*map.mutable_regions())[999].set_region_id(999);
      CO_TRY(co_await call.send(map));
      co_await call.ended();
      co_return Result<void>();
    });
    server.addUnary<pb::RefreshResumeTokenRequest, pb::RefreshResumeTokenResponse>(
        "/coder.tailnet.v2.Tailnet/RefreshResumeToken",
        [](pb::RefreshResumeTokenRequest) -> Task<Result<pb::RefreshResumeTokenResponse>> {
          pb::RefreshResumeTokenResponse response;
          response.set_token("resume-me");
          *response.mutable_refresh_in() = rpc::toDuration(12h);
          *response.mutable_expires_at() = rpc::toTimestamp(SystemClock().wallNow() + 24h);
          co_return response;
        });
  }
  Task<pb::CoordinateRequest> request() {
    while (coordinate == nullptr) co_await changed.wait();
    const auto got = co_await coordinate->receive<pb::CoordinateRequest>();
    if (!got) throw std::runtime_error(got.error().message());
    co_return *got;
  }
  Task<void> respond(pb::CoordinateResponse response) { EXPECT_TRUE(co_await coordinate->send(response)); }
  void hangUp() {
    isReleased = true;
    changed.notify();
  }

  std::shared_ptr<rpc::YamuxSession> session;
  rpc::DrpcServer server;
  rpc::DrpcCall* coordinate = nullptr;
  bool isReleased = false;
  Notifier changed;
};

struct SessionTest : ::testing::Test {
  asio::io_context io;
  SystemClock clock;
  RecordingUser user{io.get_executor()};
  std::deque<std::unique_ptr<ScriptedServer>> servers;
  Notifier serverCame{io.get_executor()};

  std::unique_ptr<Stream> connect() {
    auto [ours, theirs] = makeStreamPair(io.get_executor());
    servers.push_back(std::make_unique<ScriptedServer>(std::move(theirs)));
    auto& added = *servers.back();
    asio::co_spawn(io, added.server.serve(*added.session), asio::detached);
    serverCame.notify();
    return std::move(ours);
  }
  Task<ScriptedServer*> server(std::size_t number) {
    while (servers.size() <= number) co_await serverCame.wait();
    co_return servers[number].get();
  }
  void run(Task<void> task) { berth::test::run(io, std::move(task)); }
  // Whatever still runs must end once all is stopped.
  void TearDown() override {
    for (auto& each : servers) {
      each->hangUp();
      each->session->close();
    }
    io.restart();
    io.run_for(2s);
    EXPECT_TRUE(io.stopped()) << "something still waits";
  }
};

// Hands out connections or errors, and remembers the tokens it was asked with.
struct TestDialer final : ControlDialer {
  explicit TestDialer(SessionTest& owner) : test(owner) {}
  Task<Result<std::unique_ptr<Stream>>> dial(std::string resumeToken) override {
    tokens.push_back(resumeToken);
    if (std::exchange(hangs, false)) {
      co_await test.serverCame.wait();
      co_return fail(ErrorCode::Cancelled, "hung");
    }
    if (!failures.empty()) {
      const ErrorCode code = failures.front();
      failures.pop_front();
      if (code != ErrorCode::Internal || !neverFailsInternally) co_return fail(code, "refused");
    }
    co_return test.connect();
  }
  SessionTest& test;
  std::deque<ErrorCode> failures;
  std::vector<std::string> tokens;
  bool neverFailsInternally = false;
  bool hangs = false;  // the next dial, until it is cancelled
};

struct ClientSessionTest : SessionTest {
  TestDialer dialer{*this};
  std::unique_ptr<ClientSession> client = std::make_unique<ClientSession>(io.get_executor(), dialer, user, clock);
  std::optional<Error> ended;

  void begin() {
    asio::co_spawn(
        io,
        [](ClientSessionTest& test) -> Task<void> {
          const auto result = co_await test.client->run();
          test.ended = result.error();
        }(*this),
        asio::detached);
  }
  void TearDown() override {
    client->stop();
    SessionTest::TearDown();
    EXPECT_TRUE(ended);
  }
};

}  // namespace

TEST_F(ClientSessionTest, asksForItsTunnelAndFollowsTheAgent) {
  client->addDestination(kAgent);
  begin();
  run([](ClientSessionTest& test) -> Task<void> {
    auto& server = *co_await test.server(0);
    EXPECT_EQ((co_await server.request()).add_tunnel().id(), rpc::toWire(kAgent));
    EXPECT_EQ(co_await test.user.next(), "map of 1");
    co_await server.respond(update(pb::CoordinateResponse::PeerUpdate::NODE, someNode("B")));
    test.client->updateSelf(someNode("A", 0));  // no home yet: not sent
    test.client->updateSelf(someNode("A"));
    const auto self = co_await server.request();
    EXPECT_EQ(fromProto(self.update_self().node()), someNode("A"));
    co_await server.respond(update(pb::CoordinateResponse::PeerUpdate::READY_FOR_HANDSHAKE));
    EXPECT_EQ(co_await test.user.next(), "put 58 keepalive");
    EXPECT_TRUE(test.client->isConnected());
    co_await server.respond(update(pb::CoordinateResponse::PeerUpdate::DISCONNECTED));
    EXPECT_EQ(co_await test.user.next(), "remove 58");
  }(*this));
}

TEST_F(ClientSessionTest, saysAllAgainAfterAReconnectWithItsToken) {
  client->addDestination(kAgent);
  client->updateSelf(someNode("A"));
  begin();
  run([](ClientSessionTest& test) -> Task<void> {
    auto& first = *co_await test.server(0);
    co_await first.request();
    co_await first.request();
    co_await test.user.next();
    while (test.dialer.tokens.size() < 2) {
      first.session->close();
      co_await test.server(1);
    }
    auto& second = *co_await test.server(1);
    EXPECT_TRUE((co_await second.request()).has_add_tunnel());
    EXPECT_TRUE((co_await second.request()).has_update_self());
    EXPECT_EQ(co_await test.user.next(), "map of 1");
    EXPECT_TRUE(test.user.events.empty());  // nobody was taken out
  }(*this));
}

TEST_F(ClientSessionTest, aDestinationThatIsGivenUpIsForgottenAtBothEnds) {
  client->addDestination(kAgent);
  begin();
  run([](ClientSessionTest& test) -> Task<void> {
    auto& first = *co_await test.server(0);
    EXPECT_TRUE((co_await first.request()).has_add_tunnel());
    EXPECT_EQ(co_await test.user.next(), "map of 1");
    co_await first.respond(update(pb::CoordinateResponse::PeerUpdate::NODE, someNode("B")));
    co_await first.respond(update(pb::CoordinateResponse::PeerUpdate::READY_FOR_HANDSHAKE));
    EXPECT_EQ(co_await test.user.next(), "put 58 keepalive");
    test.client->removeDestination(kAgent);
    EXPECT_EQ(co_await test.user.next(), "remove 58");
    EXPECT_EQ((co_await first.request()).remove_tunnel().id(), rpc::toWire(kAgent));
    test.client->updateSelf(someNode("A"));
    EXPECT_TRUE((co_await first.request()).has_update_self());
    first.session->close();
    auto& second = *co_await test.server(1);
    EXPECT_TRUE((co_await second.request()).has_update_self()) << "the tunnel is not asked for again";
  }(*this));
}

TEST_F(ClientSessionTest, reconnectsAtOnceWhenToldThatTheConnectionIsDead) {
  begin();
  run([](ClientSessionTest& test) -> Task<void> {
    co_await test.server(0);
    EXPECT_EQ(co_await test.user.next(), "map of 1");
    test.client->reconnect();
    co_await test.server(1);
    EXPECT_EQ(co_await test.user.next(), "map of 1");
    EXPECT_TRUE(test.client->isConnected());
  }(*this));
}

TEST_F(ClientSessionTest, reconnectGivesUpADialThatHangs) {
  dialer.hangs = true;
  begin();
  run([](ClientSessionTest& test) -> Task<void> {
    while (test.dialer.tokens.empty()) co_await asio::post(test.io, asio::use_awaitable);
    test.client->reconnect();
    co_await test.server(0);
    EXPECT_EQ(test.dialer.tokens.size(), 2U);
  }(*this));
}

TEST_F(ClientSessionTest, refusedTokenIsDroppedAtOnce) {
  begin();
  run([](ClientSessionTest& test) -> Task<void> {
    auto& first = *co_await test.server(0);
    co_await test.user.next();
    // The token comes right after the session; give it the turns it needs.
    for (int i = 0; i < 200; ++i) co_await asio::post(test.io, asio::use_awaitable);
    test.dialer.failures = {ErrorCode::Unauthenticated};
    first.session->close();
    co_await test.server(1);
    EXPECT_EQ(test.dialer.tokens, (std::vector<std::string>{"", "resume-me", ""}));
  }(*this));
}

TEST_F(ClientSessionTest, firstRefusalThatCannotPassEndsIt) {
  dialer.failures = {ErrorCode::NotFound};
  begin();
  run([](ClientSessionTest& test) -> Task<void> {
    while (!test.ended) co_await asio::post(test.io, asio::use_awaitable);
    EXPECT_EQ(test.ended->code(), ErrorCode::NotFound);
  }(*this));
}

TEST_F(ClientSessionTest, triesAgainWhatMayPass) {
  dialer.failures = {ErrorCode::Unavailable, ErrorCode::ConnectionLost};
  begin();
  run([](ClientSessionTest& test) -> Task<void> {
    co_await test.server(0);
    EXPECT_EQ(co_await test.user.next(), "map of 1");
    EXPECT_EQ(test.dialer.tokens.size(), 3U);
  }(*this));
}

TEST_F(ClientSessionTest, saysGoodByeAndWaitsForTheServer) {
  client->addDestination(kAgent);
  begin();
  run([](ClientSessionTest& test) -> Task<void> {
    auto& server = *co_await test.server(0);
    co_await server.request();
    asio::co_spawn(test.io, test.client->disconnect(), asio::detached);
    EXPECT_TRUE((co_await server.request()).has_disconnect());
    EXPECT_FALSE(test.ended);
    server.hangUp();
    while (!test.ended) co_await asio::post(test.io, asio::use_awaitable);
    EXPECT_EQ(test.ended->code(), ErrorCode::Cancelled);
  }(*this));
}

TEST_F(ClientSessionTest, badUpdatesDisturbNothing) {
  begin();
  run([](ClientSessionTest& test) -> Task<void> {
    auto& server = *co_await test.server(0);
    test.client->updateSelf(someNode("A"));
    co_await server.request();
    co_await test.user.next();
    pb::CoordinateResponse odd;
    odd.add_peer_updates()->set_id("five!");
    odd.add_peer_updates()->set_kind(pb::CoordinateResponse::PeerUpdate::NODE);
    odd.set_error("ready for handshake error: you do not share a tunnel");
    co_await server.respond(odd);
    co_await server.respond(update(pb::CoordinateResponse::PeerUpdate::NODE, someNode("B")));
    EXPECT_EQ(co_await test.user.next(), "put 58");
  }(*this));
}

TEST_F(SessionTest, agentAnswersEachNodeAndSurvivesItsSession) {
  AgentSession agent(io.get_executor(), user, clock);
  agent.updateSelf(someNode("A"));
  run([](SessionTest& test, AgentSession& session) -> Task<void> {
    for (std::size_t round = 0; round < 2; ++round) {
      auto yamux = std::make_shared<rpc::YamuxSession>(test.connect(), rpc::YamuxSession::Role::Client);
      std::optional<Error> ended;
      asio::co_spawn(
          test.io,
          [](AgentSession& on, std::shared_ptr<rpc::YamuxSession> over, std::optional<Error>& out) -> Task<void> {
            out = (co_await on.run(over)).error();
          }(session, yamux, ended),
          asio::detached);
      auto& server = *co_await test.server(round);
      EXPECT_TRUE((co_await server.request()).has_update_self());
      EXPECT_EQ(co_await test.user.next(), "map of 1");
      co_await server.respond(update(pb::CoordinateResponse::PeerUpdate::NODE, someNode("B")));
      if (round == 0) {
        EXPECT_EQ(co_await test.user.next(), "put 58");
      }
      const auto answer = co_await server.request();
      EXPECT_EQ(answer.ready_for_handshake_size(), 1);
      EXPECT_EQ(answer.ready_for_handshake(0).id(), rpc::toWire(kAgent));
      EXPECT_TRUE(test.user.events.empty());  // in the second round nothing is new
      server.session->close();
      while (!ended) co_await asio::post(test.io, asio::use_awaitable);
    }
    session.stop();
  }(*this, agent));
}

}  // namespace berth::tunnel::coordination
