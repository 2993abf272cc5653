// The app's tunnel to a deployment, over real nodes.
#include "tunnel/dialer/DeploymentTunnel.h"

#include "tests/integration/service/SmallDeployment.h"

using namespace berth;
using namespace berth::tunnel::dialer;
using namespace std::chrono_literals;

namespace {

struct DeploymentTunnelTest : test::SmallDeployment {
  std::shared_ptr<client::Session> signedIn;
  std::unique_ptr<DeploymentTunnel> tunnel;
  std::vector<AgentConnection> seen;  // as last told
  int tellings = 0;

  void open(DeploymentTunnelOptions options = {}) {
    options.statusInterval = 10ms;
    start();
    signedIn = session();
    tunnel = std::make_unique<DeploymentTunnel>(io.get_executor(), signedIn, clock, rng, options);
    tunnel->setObserver([this](const std::vector<AgentConnection>& now) {
      seen = now;
      ++tellings;
    });
  }
  void TearDown() override { tunnel.reset(); }

  Task<std::unique_ptr<Stream>> dial(const test::TestAgent& agent) {
    auto stream = co_await tunnel->dial(agent.id, 1);
    if (!stream) throw std::runtime_error(stream.error().message());
    co_return *std::move(stream);
  }
  static Task<void> expectEcho(Stream& stream, std::string_view text = "there and back") {
    EXPECT_TRUE(co_await stream.write(asBytes(text)));
    Bytes buffer(text.size());
    const auto read = co_await readExactly(stream, buffer);
    EXPECT_TRUE(read) << read.error().message();
    EXPECT_EQ(asText(buffer), text);
  }
};

}  // namespace

TEST_F(DeploymentTunnelTest, reachesEveryAgentOverOneNode) {
  open();
  run([](DeploymentTunnelTest& t) -> Task<void> {
    const auto first = co_await t.dial(t.addAgent());
    const auto second = co_await t.dial(t.addAgent());
    co_await expectEcho(*first);
    co_await expectEcho(*second);
  }(*this));
  EXPECT_EQ(sharedSessionsEver, 1);
  EXPECT_EQ(privateSessionsEver, 0);
}

TEST_F(DeploymentTunnelTest, dialsAtTheSameTimeShareTheOpening) {
  open();
  const auto& agent = addAgent();
  run([](DeploymentTunnelTest& t, const test::TestAgent& to) -> Task<void> {
    int done = 0;
    for (int i = 0; i < 5; ++i)
      asio::co_spawn(
          t.io,
          [](DeploymentTunnelTest& test, const test::TestAgent& whom, int& count) -> Task<void> {
            co_await expectEcho(*co_await test.dial(whom));
            ++count;
          }(t, to, done),
          asio::detached);
    co_await t.until([&done] { return done == 5; });
  }(*this, agent));
  EXPECT_EQ(sharedSessionsEver, 1);
}

TEST_F(DeploymentTunnelTest, saysHowEachAgentIsReached) {
  open();
  run([](DeploymentTunnelTest& t) -> Task<void> {
    const test::TestAgent& agent = t.addAgent();
    const auto stream = co_await t.dial(agent);
    co_await t.until([&t] { return t.seen.size() == 1 && t.seen[0].latency; });
    EXPECT_EQ(t.seen[0].agent, agent.id);
    EXPECT_NE(t.seen[0].path, AgentConnection::Path::Connecting);
    EXPECT_EQ(t.seen[0].openStreams, 1U);
    EXPECT_FALSE(t.seen[0].relay.empty());
    co_await t.until([&t] { return t.seen[0].path == AgentConnection::Path::Direct; });
    EXPECT_FALSE(t.seen[0].address.empty());
    const std::string block(200'000, 'x');
    co_await expectEcho(*stream, block);
    co_await t.until([&t] { return t.seen[0].receiveRate > 100'000 && t.seen[0].sendRate > 100'000; });
    const auto pong = co_await t.tunnel->ping(agent.id, 5s);
    EXPECT_TRUE(pong && pong->direct);
  }(*this));
}

TEST_F(DeploymentTunnelTest, opensWithTheFirstUseAndClosesAWhileAfterTheLast) {
  open({.idleTimeout = 50ms});
  run([](DeploymentTunnelTest& t) -> Task<void> {
    const test::TestAgent& agent = t.addAgent();
    EXPECT_EQ(t.sharedSessionsEver, 0);
    auto stream = co_await t.dial(agent);
    co_await t.until([&t] { return t.tellings > 10; });  // longer than the idle time: it is in use
    EXPECT_EQ(t.sharedSessions, 1);
    stream.reset();
    co_await t.until([&t] { return t.seen.empty() && t.sharedSessions == 0; });
    co_await expectEcho(*co_await t.dial(agent));
    EXPECT_EQ(t.sharedSessionsEver, 2);
  }(*this));
}

TEST_F(DeploymentTunnelTest, goesOnAfterARestartOfTheServer) {
  open();
  run([](DeploymentTunnelTest& t) -> Task<void> {
    const auto stream = co_await t.dial(t.addAgent());
    co_await t.until([&t] { return t.seen.size() == 1 && t.seen[0].path == AgentConnection::Path::Direct; });
    co_await t.stop();
    co_await expectEcho(*stream, "while it is away");
    t.start();
    co_await t.until([&t] { return t.sharedSessions == 1; });
    co_await expectEcho(*stream, "when it is back");
    co_await expectEcho(*co_await t.dial(t.addAgent()), "someone new");
  }(*this));
}

TEST_F(DeploymentTunnelTest, beginsAnewAtOnceWhenTheMachineWakesUp) {
  open();
  run([](DeploymentTunnelTest& t) -> Task<void> {
    const auto stream = co_await t.dial(t.addAgent());
    t.tunnel->onNetworkChange();
    co_await t.until([&t] { return t.sharedSessionsEver == 2; });
    co_await expectEcho(*stream);
  }(*this));
}

TEST_F(DeploymentTunnelTest, anAgentThatIsNotThereIsSaidSoAndForgotten) {
  open({.reachTimeout = 50ms});
  run([](DeploymentTunnelTest& t) -> Task<void> {
    const auto refused = co_await t.tunnel->dial(AgentId::random(), 1);
    EXPECT_EQ(refused.error().code(), ErrorCode::Timeout);
    co_await t.until([&t] { return t.sharedSessions == 0; });
    EXPECT_TRUE(t.seen.empty());
  }(*this));
}

TEST_F(DeploymentTunnelTest, aRefusedCoordinationIsTriedAgainWithTheNextDial) {
  open();
  refusal = 409;
  run([](DeploymentTunnelTest& t) -> Task<void> {
    const test::TestAgent& agent = t.addAgent();
    EXPECT_EQ((co_await t.tunnel->dial(agent.id, 1)).error().code(), ErrorCode::Conflict);
    t.refusal = 0;
    co_await expectEcho(*co_await t.dial(agent));
  }(*this));
}

TEST_F(DeploymentTunnelTest, aPortWithoutAListenerIsRefused) {
  open();
  run([](DeploymentTunnelTest& t) -> Task<void> {
    const test::TestAgent& agent = t.addAgent();
    EXPECT_EQ((co_await t.tunnel->dial(agent.id, 9)).error().code(), ErrorCode::Unavailable);
    co_await expectEcho(*co_await t.dial(agent));
  }(*this));
}

TEST_F(DeploymentTunnelTest, streamsMayOutliveIt) {
  open();
  run([](DeploymentTunnelTest& t) -> Task<void> {
    const auto stream = co_await t.dial(t.addAgent());
    co_await t.tunnel->close();
    t.tunnel.reset();
    Bytes buffer(1);
    EXPECT_FALSE(co_await stream->readSome(buffer));
  }(*this));
}
