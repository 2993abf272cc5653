// A stock agent and command line on our server and relay, without provisioning: the workspace stands in the database
// already. BERTH_PEER is the path of a stock `coder`; without it these tests are skipped.
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "core/base/Random.h"
#include "core/base/Subprocess.h"
#include "core/server/ControlPlane.h"
#include "core/server/auth/ApiKeys.h"
#include "tests/unit/core/rpc/Run.h"
#include "tests/unit/core/store/Sample.h"
#include "tunnel/derp/Relay.h"

using namespace berth;
using namespace std::chrono_literals;
using rpc::test::run;
using tunnel::derp::Relay;

namespace {

// What a server's folder holds after `berth create` of a workspace called "quickstart".
struct PreparedWorkspace {
  explicit PreparedWorkspace(const std::filesystem::path& folder) {
    auto store = *store::Store::open(folder / "berth.db");
    auto key = server::makeApiKey(sample.user.id, LoginType::Password, 24h, SystemClock().wallNow(), "127.0.0.1");
    sample.user.username = "me";
    sample.workspace.name = "quickstart";
    sample.buildJob.startedAt = sample.buildJob.completedAt = store::at(10);
    sample.agent.operatingSystem = "linux";
    sample.agent.architecture = "amd64";
    sample.agent.createdAt = SystemClock().wallNow();
    sample.script.runOnStart = true;
    const auto stored = store->runBlocking([this, &key](store::Transaction& tx) -> Result<void> {
      TRY(store::insertSample(tx, sample));
      return store::insertApiKey(tx, key.record);
    });
    EXPECT_TRUE(stored) << (stored ? "" : stored.error().message());
    token = key.token;
    store->stop();
  }
  store::Sample sample = store::makeSample();
  Secret token;
};

class StockPeersTest : public testing::Test {
 protected:
  void SetUp() override {
    const char* const peer = std::getenv("BERTH_PEER");
    if (!peer || !*peer) GTEST_SKIP() << "BERTH_PEER is not set: no stock coder to test with";
    m_peer = peer;
    m_prepared.emplace(m_folder.path());
    startServer("127.0.0.1:0");
    m_address = std::format("127.0.0.1:{}", m_server->port());
  }

  void TearDown() override {
    if (m_agent) run(m_io, stop(*m_agent));
    if (HasFailure()) std::cerr << "the agent's log:\n" << std::ifstream(m_folder.path() / "agent.stderr").rdbuf();
    if (m_server) run(m_io, m_server->stop());
  }

  void startServer(const std::string& address) {
    auto opened = server::ControlPlane::open(m_io.get_executor(), {.directory = m_folder.path(),
                                                                   .httpAddress = address,
                                                                   .listensOnDockerBridge = false,
                                                                   .relay = relayFactory()});
    ASSERT_TRUE(opened) << opened.error().message();
    m_server = *std::move(opened);
    m_server->start();
  }

  server::RelayFactory relayFactory() {
    return [this](asio::any_io_executor executor, Bytes key) {
      tunnel::wire::KeyBytes bytes{};
      std::ranges::copy(ByteView(key).first(bytes.size()), bytes.begin());
      m_relay = std::make_unique<Relay>(executor, tunnel::wire::RelayPrivate::fromBytes(bytes), m_rng, m_clock);
      return server::RelayService{.serve = [this](http::Exchange& exchange) { return m_relay->serveUpgrade(exchange); },
                                  .stop = [this] { m_relay->stop(); }};
    };
  }

  std::vector<std::string> environment() const {
    return {"PATH=/usr/bin:/bin",
            "HOME=" + m_folder.path().string(),
            "CODER_CONFIG_DIR=" + (m_folder.path() / "cli").string(),
            "CODER_URL=http://" + m_address,
            "CODER_SESSION_TOKEN=" + std::string(m_prepared->token.reveal()),
            "CODER_AGENT_URL=http://" + m_address,
            "CODER_AGENT_TOKEN=" + m_prepared->sample.agent.authToken.toString(),
            "CODER_AGENT_LOG_DIR=" + m_folder.path().string()};
  }

  void startAgent() {
    auto agent = Subprocess::start(
        m_io.get_executor(), {.command = {m_peer, "agent", "--no-reap", "--pprof-address=", "--prometheus-address=",
                                          "--debug-address=", "--socket-server-enabled=false"},
                              .environment = environment(),
                              .output = SubprocessOptions::Pipe::Null,
                              .errorFile = m_folder.path() / "agent.stderr"});
    ASSERT_TRUE(agent) << agent.error().message();
    m_agent = *std::move(agent);
  }

  static Task<void> stop(Subprocess& process) { (void)co_await process.stop(SIGTERM, 10s); }

  // Runs `coder ARGS...` and gives its standard output.
  std::string coder(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), m_peer.string());
    std::string output;
    run(m_io, [](SubprocessOptions options, std::string& out) -> Task<void> {
      const auto captured = co_await runProcess(std::move(options), {.time = 15s});
      EXPECT_TRUE(captured) << (captured ? "" : captured.error().message());
      if (!captured) co_return;
      EXPECT_TRUE(captured->exit.isSuccess()) << captured->exit.describe() << captured->errorOutput;
      out = captured->output;
    }({.command = std::move(arguments), .environment = environment()}, output));
    return output;
  }

  std::filesystem::path m_peer;
  store::TemporaryFolder m_folder;
  std::optional<PreparedWorkspace> m_prepared;
  std::string m_address;
  asio::io_context m_io;
  SystemRng m_rng;
  SystemClock m_clock;
  std::unique_ptr<Relay> m_relay;
  std::unique_ptr<server::ControlPlane> m_server;
  std::unique_ptr<Subprocess> m_agent;
};

}  // namespace

TEST_F(StockPeersTest, aStockClientReachesAStockAgentThroughOurServer) {
  startAgent();
  EXPECT_EQ(coder({"ssh", "quickstart", "--", "echo hello from $GREETING"}), "hello from hi\n");
  EXPECT_NE(coder({"ping", "-n", "1", "quickstart"}).find("pong from"), std::string::npos);
  const auto list = coder({"list", "-o", "json"});
  EXPECT_NE(list.find("\"status\": \"connected\""), std::string::npos) << list;
  EXPECT_NE(list.find("\"lifecycle_state\": \"ready\""), std::string::npos) << list;
}

TEST_F(StockPeersTest, aStockAgentComesBackAfterARestartOfTheServer) {
  startAgent();
  EXPECT_EQ(coder({"ssh", "quickstart", "--", "echo one"}), "one\n");
  const auto begin = std::chrono::steady_clock::now();
  run(m_io, m_server->stop());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
  m_server.reset();
  startServer(m_address);
  EXPECT_EQ(coder({"ssh", "quickstart", "--", "echo two"}), "two\n");
}
