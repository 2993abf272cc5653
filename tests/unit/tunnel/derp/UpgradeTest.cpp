// The relay behind a real HTTP server, and clients that reach it by either transport.
#include "DerpFixtures.h"
#include "core/http/Client.h"
#include "core/http/Server.h"
#include "tunnel/derp/Dial.h"

using namespace berth;
using namespace berth::tunnel;
using namespace berth::tunnel::derp;
using namespace berth::tunnel::derp::test;

namespace {

struct UpgradeTest : RelayTest {
  std::unique_ptr<http::Server> server;
  std::shared_ptr<http::Client> client;
  std::string url;

  void SetUp() override {
    start();
    server = http::makeServer(io.get_executor());
    const auto port = server->listen("127.0.0.1:0");
    ASSERT_TRUE(port);
    url = std::format("http://127.0.0.1:{}", *port);
    server->serve({[this](http::Exchange& exchange) { return relay->serveUpgrade(exchange); }, {}});
    client = http::makeClient(io.get_executor(), *http::parseUrl(url));
  }
  void TearDown() override {
    relay->stop();
    run(io, server->stop(500ms));
    client.reset();
    RelayTest::TearDown();
  }
  Task<std::unique_ptr<Client>> logInOver(Transport transport, const char* name) {
    auto stream = co_await dialRelay(*client, transport);
    if (!stream) throw std::runtime_error(stream.error().message());
    auto loggedIn = co_await Client::login(std::move(*stream), nodePrivate(name), rng, clock);
    if (!loggedIn) throw std::runtime_error(loggedIn.error().message());
    co_return std::move(*loggedIn);
  }
};

}  // namespace

TEST_F(UpgradeTest, rawAndWebSocketClientsMeet) {
  run(io, [](UpgradeTest& test) -> Task<void> {
    auto raw = co_await test.logInOver(Transport::RawUpgrade, "A");
    auto web = co_await test.logInOver(Transport::WebSocket, "ephemeral_A");
    raw->send(nodePublic("ephemeral_A"), asBytes("hello"));
    EXPECT_EQ(co_await nextPacket(*web), (Packet{nodePublic("A"), "hello"}));
    web->send(nodePublic("A"), Bytes(kMaxPacket, std::byte{'w'}));
    EXPECT_EQ((co_await nextPacket(*raw)).text.size(), kMaxPacket);
  }(*this));
}

TEST_F(UpgradeTest, answerIsTheStockOne) {
  run(io, [](UpgradeTest& test) -> Task<void> {
    http::Request request;
    request.target = "/derp";
    request.headers = {{"Upgrade", "derp"}, {"Connection", "Upgrade"}};
    auto upgraded = co_await test.client->upgrade(std::move(request));
    EXPECT_TRUE(upgraded);
    if (!upgraded) co_return;
    EXPECT_EQ(upgraded->head.status, 101);
    EXPECT_EQ(upgraded->head.headers.find("Upgrade"), "DERP");
    EXPECT_EQ(upgraded->head.headers.find("Derp-Version"), "2");
    EXPECT_EQ(upgraded->head.headers.find("Derp-Public-Key"), test.relay->publicKey().toString());
    Bytes key(vectorFrame("ServerKey B").size());
    EXPECT_TRUE(co_await readExactly(*upgraded->stream, key));
    EXPECT_EQ(key, vectorFrame("ServerKey B"));
  }(*this));
}

TEST_F(UpgradeTest, plainRequestsAreRefusedAsStockRelaysDo) {
  run(io, [](UpgradeTest& test) -> Task<void> {
    http::Request get;
    get.target = "/derp";
    const auto answer = co_await test.client->send(std::move(get));
    EXPECT_EQ(answer->status, 426);
    EXPECT_EQ(answer->body, "DERP requires connection upgrade\n");
    http::Request post;
    post.method = "POST";
    post.target = "/derp";
    EXPECT_EQ((co_await test.client->send(std::move(post)))->status, 405);
  }(*this));
}

TEST_F(UpgradeTest, refusedUpgradeCallsForTheWebSocket) {
  relay->stop();
  run(io, [](UpgradeTest& test) -> Task<void> {
    // 503 is nobody's proxy: no reason to change the transport.
    const auto refused = co_await dialRelay(*test.client, Transport::RawUpgrade);
    EXPECT_EQ(refused.error().code(), ErrorCode::Unavailable);
  }(*this));
  run(io, server->stop(500ms));
  server = http::makeServer(io.get_executor());
  const auto port = server->listen("127.0.0.1:0");
  server->serve(
      {[](http::Exchange& exchange) -> Task<void> { (void)co_await exchange.respond({426, {}, "no upgrades here"}); },
       {}});
  client = http::makeClient(io.get_executor(), *http::parseUrl(std::format("http://127.0.0.1:{}", *port)));
  run(io, [](UpgradeTest& test) -> Task<void> {
    const auto refused = co_await dialRelay(*test.client, Transport::RawUpgrade);
    EXPECT_EQ(refused.error().code(), ErrorCode::Unsupported);
    EXPECT_TRUE(refused.error().message().contains("no upgrades here"));
  }(*this));
}

TEST_F(UpgradeTest, stopIsQuickWithClientsConnected) {
  run(io, [](UpgradeTest& test) -> Task<void> {
    auto raw = co_await test.logInOver(Transport::RawUpgrade, "A");
    auto web = co_await test.logInOver(Transport::WebSocket, "ephemeral_A");
    const auto begin = std::chrono::steady_clock::now();
    test.relay->stop();
    EXPECT_FALSE(co_await raw->wait());
    EXPECT_FALSE(co_await web->wait());
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 500ms);
  }(*this));
}
