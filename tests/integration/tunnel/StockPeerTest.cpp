// Against programs of stock Coder: a server with a workspace whose agent may be the stock one or ours. Needs
//   BERTH_PEER_URL      the server        BERTH_PEER_SESSION      a user's session token
//   BERTH_PEER_AGENT_ID the agent's id    BERTH_PEER_AGENT_TOKEN  its token, for the tests where the agent is ours
#include <cstdlib>

#include "core/base/Tcp.h"
#include "tests/integration/tunnel/RelayServer.h"
#include "tunnel/dialer/ClientTunnel.h"

using namespace berth;
using namespace berth::tunnel;
using namespace berth::tunnel::dialer;
using namespace std::chrono_literals;

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

struct StockAgent : RelayedPair {
  std::unique_ptr<client::Session> session;
  AgentId agentId;
  std::unique_ptr<ClientTunnel> tunnel;

  void SetUp() override {
    if (environment("BERTH_PEER_URL").empty()) GTEST_SKIP() << "BERTH_PEER_URL is empty";
    log::setLevel(log::Level::Info);
    session = std::make_unique<client::Session>(
        io.get_executor(), client::SessionOptions{.url = *http::parseUrl(environment("BERTH_PEER_URL")),
                                                  .token = Secret(environment("BERTH_PEER_SESSION"))});
    agentId = *AgentId::parse(environment("BERTH_PEER_AGENT_ID"));
  }

  Task<bool> open() {
    auto opened = co_await ClientTunnel::open(io.get_executor(), *session, agentId, clock, rng);
    EXPECT_TRUE(opened) << opened.error().message();
    if (!opened) co_return false;
    tunnel = *std::move(opened);
    const auto reachable = co_await tunnel->waitUntilReachable(20s);
    EXPECT_TRUE(reachable) << reachable.error().message();
    co_return reachable.has_value();
  }
};

double seconds(std::chrono::steady_clock::time_point since) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
}

Task<std::string> readText(Stream& stream, std::size_t most = 4096) {
  std::string text(most, '\0');
  const auto count = co_await stream.readSome({reinterpret_cast<std::byte*>(text.data()), text.size()});
  text.resize(count.value_or(0));
  co_return text;
}

}  // namespace

TEST_F(StockAgent, isReachedAndAnswersPings) {
  run([](StockAgent& t) -> Task<void> {
    const auto startedAt = std::chrono::steady_clock::now();
    if (!co_await t.open()) co_return;
    std::printf("reachable after %.0f ms\n", 1000 * seconds(startedAt));
    const auto pong = co_await t.tunnel->ping(5s);
    EXPECT_TRUE(pong);
    if (pong)
      std::printf("pong in %.2f ms over %s\n", static_cast<double>(pong->roundTrip.count()) / 1e6,
                  pong->regionName.c_str());
    const auto status = t.tunnel->status();
    EXPECT_TRUE(status.isControlConnected && status.isRelayConnected && status.hasSession);
    const auto closedAt = std::chrono::steady_clock::now();
    co_await t.tunnel->close();
    std::printf("closed after %.0f ms\n", 1000 * seconds(closedAt));
  }(*this));
}

TEST_F(StockAgent, becomesDirect) {
  run([](StockAgent& t) -> Task<void> {
    if (!co_await t.open()) co_return;
    const auto startedAt = std::chrono::steady_clock::now();
    std::optional<wire::Endpoint> direct;
    while (!direct && seconds(startedAt) < 10) {
      const auto pong = co_await t.tunnel->ping(5s);
      if (pong) direct = pong->direct;
    }
    EXPECT_TRUE(direct);
    if (direct) std::printf("direct via %s after %.0f ms\n", direct->toString().c_str(), 1000 * seconds(startedAt));
    EXPECT_TRUE(t.tunnel->status().direct) << "though perhaps by a better address now";
    co_await t.tunnel->close();
  }(*this));
}

TEST_F(StockAgent, servesItsPorts) {
  run([](StockAgent& t) -> Task<void> {
    if (!co_await t.open()) co_return;
    auto api = co_await t.tunnel->dial(t.agentId, 4);
    EXPECT_TRUE(api) << api.error().message();
    if (api) {
      EXPECT_TRUE(co_await (*api)->write(asBytes("GET / HTTP/1.1\r\nHost: agent\r\n\r\n")));
      EXPECT_TRUE((co_await readText(**api)).starts_with("HTTP/1.1 200"));
    }
    for (const std::uint16_t port : {std::uint16_t{1}, std::uint16_t{22}}) {
      auto ssh = co_await t.tunnel->dial(t.agentId, port);
      EXPECT_TRUE(ssh);
      if (!ssh) continue;
      EXPECT_TRUE((co_await readText(**ssh)).starts_with("SSH-2.0-"));
    }
    EXPECT_EQ((co_await t.tunnel->dial(t.agentId, 3949)).error().code(), ErrorCode::Unavailable);
    co_await t.tunnel->close();
  }(*this));
}

TEST_F(StockAgent, forwardsPorts) {
  auto listener = listenTcp(io.get_executor(), "127.0.0.1:3901");
  ASSERT_TRUE(listener);
  asio::co_spawn(
      io,
      [](TcpListener& l) -> Task<void> {
        while (auto stream = co_await l.accept()) {
          co_await (*stream)->write(asBytes("hello " + co_await readText(**stream)));
          co_await (*stream)->closeWrite();
        }
      }(**listener),
      asio::detached);
  run([](StockAgent& t) -> Task<void> {
    if (!co_await t.open()) co_return;
    auto stream = co_await t.tunnel->dial(t.agentId, 3901);
    EXPECT_TRUE(stream);
    if (stream) {
      EXPECT_TRUE(co_await (*stream)->write(asBytes("world")));
      EXPECT_EQ(co_await readText(**stream), "hello world");
    }
    co_await t.tunnel->close();
  }(*this));
}

// reference/tailnet.md 3.6; both directions for a second... the stock agent's least is five.
TEST_F(StockAgent, speedtest) {
  run([](StockAgent& t) -> Task<void> {
    if (!co_await t.open()) co_return;
    for (const bool isUpload : {false, true}) {
      auto stream = co_await t.tunnel->dial(t.agentId, 3);
      EXPECT_TRUE(stream);
      if (!stream) co_return;
      const std::string head =
          std::format(R"({{"version":2,"time":5000000000,"direction":{}}})", isUpload ? 1 : 0) + "\n";
      EXPECT_TRUE(co_await (*stream)->write(asBytes(head)));
      std::string answer;
      while (!answer.contains('\n')) answer += co_await readText(**stream, 1);
      EXPECT_EQ(answer, "{}\n");
      const auto startedAt = std::chrono::steady_clock::now();
      std::size_t total = 0;
      Bytes buffer(256 * 1024);
      if (isUpload) {
        while (seconds(startedAt) < 5) {
          if (!co_await (*stream)->write(buffer)) break;
          total += buffer.size();
        }
      } else {
        while (auto count = co_await (*stream)->readSome(buffer)) total += *count;
      }
      std::printf("%s: %.1f MB/s\n", isUpload ? "upload" : "download",
                  static_cast<double>(total) / 1e6 / seconds(startedAt));
      EXPECT_GT(total, 10U << 20);
    }
    co_await t.tunnel->close();
  }(*this));
}
