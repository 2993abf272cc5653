// The command line's way to an agent: through the app's tunnel service over real nodes, and back to its own tunnel.
#include "app/cli/AgentRoute.h"

#include <cstdlib>

#include "tests/integration/service/SmallDeployment.h"
#include "tunnel/dialer/DeploymentTunnel.h"
#include "tunnel/service/Server.h"
#include "tunnel/service/SocketPath.h"

using namespace berth;
using namespace berth::tunnel;
using namespace std::chrono_literals;

namespace {

// The app's, signed in to one deployment.
class OneDeployment final : public service::Backend {
 public:
  OneDeployment(std::string url, dialer::DeploymentTunnel& tunnel) : m_url(std::move(url)), m_tunnel(tunnel) {}
  Task<Result<std::unique_ptr<Stream>>> dial(service::DialRequest request) override {
    if (request.deployment != m_url) co_return fail(ErrorCode::NotFound, "not signed in there");
    co_return co_await m_tunnel.dial(request.agent, request.port);
  }
  Task<Result<dialer::PingResult>> ping(service::PingRequest request) override {
    co_return co_await m_tunnel.ping(request.agent, request.timeout);
  }

 private:
  std::string m_url;
  dialer::DeploymentTunnel& m_tunnel;
};

struct AgentRouteTest : test::SmallDeployment {
  std::filesystem::path runtime = folder.path() / "run";
  std::shared_ptr<client::Session> signedIn;
  std::unique_ptr<dialer::DeploymentTunnel> appTunnel;
  std::unique_ptr<service::Server> app;
  const test::TestAgent* agent = nullptr;

  void SetUp() override {
    std::filesystem::create_directory(runtime);
    ::setenv("XDG_RUNTIME_DIR", runtime.c_str(), 1);
    start();
    signedIn = session();
    agent = &addAgent();
  }
  void startApp(const std::string& url) {
    appTunnel = std::make_unique<dialer::DeploymentTunnel>(io.get_executor(), session(), clock, rng);
    auto started = service::Server::start(io.get_executor(), service::socketPath(),
                                          std::make_shared<OneDeployment>(url, *appTunnel));
    ASSERT_TRUE(started) << started.error().message();
    app = *std::move(started);
  }
  void endApp() {
    app.reset();
    appTunnel->stop();
  }
  void TearDown() override {
    app.reset();
    appTunnel.reset();
  }

  Task<std::unique_ptr<Stream>> dial(cli::AgentRoute& route) {
    auto stream = co_await route.dial(agent->id, 1);
    if (!stream) throw std::runtime_error(stream.error().message());
    co_return *std::move(stream);
  }
  static Task<void> expectEcho(Stream& stream) {
    EXPECT_TRUE(co_await stream.write(asBytes("echo")));
    Bytes buffer(4);
    EXPECT_TRUE(co_await readExactly(stream, buffer));
    EXPECT_EQ(asText(buffer), "echo");
  }
};

}  // namespace

TEST_F(AgentRouteTest, goesThroughTheAppsTunnel) {
  startApp(url().toString());
  run([](AgentRouteTest& t) -> Task<void> {
    cli::AgentRoute route(t.context, *t.signedIn, t.agent->id, t.rng);
    co_await expectEcho(*co_await t.dial(route));
    const auto pong = co_await route.ping(5s);
    EXPECT_TRUE(pong);
    EXPECT_TRUE(route.usesApp());
    EXPECT_EQ(route.status().sentBytes, 4U);
    EXPECT_EQ(route.status().receivedBytes, 4U);
    co_await route.close();
  }(*this));
  EXPECT_EQ(privateSessionsEver, 0);
  EXPECT_EQ(sharedSessionsEver, 1);
}

TEST_F(AgentRouteTest, withoutAnAppItMakesItsOwn) {
  run([](AgentRouteTest& t) -> Task<void> {
    cli::AgentRoute route(t.context, *t.signedIn, t.agent->id, t.rng);
    co_await expectEcho(*co_await t.dial(route));
    EXPECT_TRUE(co_await route.ping(5s));
    EXPECT_FALSE(route.usesApp());
    co_await route.close();
  }(*this));
  EXPECT_EQ(privateSessionsEver, 1);
}

TEST_F(AgentRouteTest, anAppThatIsSignedInElsewhereIsNoHelp) {
  startApp("https://dev.example.com");
  run([](AgentRouteTest& t) -> Task<void> {
    cli::AgentRoute route(t.context, *t.signedIn, t.agent->id, t.rng);
    co_await expectEcho(*co_await t.dial(route));
    EXPECT_FALSE(route.usesApp());
    co_await route.close();
  }(*this));
  EXPECT_EQ(privateSessionsEver, 1);
}

TEST_F(AgentRouteTest, mayBeToldToGoAlone) {
  startApp(url().toString());
  run([](AgentRouteTest& t) -> Task<void> {
    cli::AgentRoute forced(t.context, *t.signedIn, t.agent->id, t.rng, true);
    co_await expectEcho(*co_await t.dial(forced));
    co_await forced.close();
    t.context.options().disablesDirect = true;
    cli::AgentRoute relayed(t.context, *t.signedIn, t.agent->id, t.rng);
    co_await expectEcho(*co_await t.dial(relayed));
    co_await relayed.close();
  }(*this));
  EXPECT_EQ(sharedSessionsEver, 0);
}

TEST_F(AgentRouteTest, anAppThatEndsIsNamedAndTheNextStreamGoesAlone) {
  startApp(url().toString());
  run([](AgentRouteTest& t) -> Task<void> {
    cli::AgentRoute route(t.context, *t.signedIn, t.agent->id, t.rng);
    const auto stream = co_await t.dial(route);
    co_await expectEcho(*stream);
    t.endApp();
    Bytes buffer(1);
    const auto read = co_await stream->readSome(buffer);
    EXPECT_EQ(read.error().code(), ErrorCode::ConnectionLost);
    EXPECT_TRUE(read.error().message().starts_with("the Berth app has ended")) << read.error().message();
    co_await expectEcho(*co_await t.dial(route));
    EXPECT_FALSE(route.usesApp());
    co_await route.close();
  }(*this));
  EXPECT_EQ(privateSessionsEver, 1);
}
