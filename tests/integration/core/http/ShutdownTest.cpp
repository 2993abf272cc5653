// Stopping takes under a second, whatever the handlers hold.
#include "tests/integration/core/http/HttpFixture.h"

namespace berth::http {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

Task<void> sleepFor(std::chrono::milliseconds duration) {
  asio::steady_timer timer(co_await asio::this_coro::executor, duration);
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

class Shutdown : public HttpFixture {
 protected:
  std::chrono::milliseconds timeToStop() {
    const auto start = Clock::now();
    run(server->stop(900ms));
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
  }

  static Task<void> holdWebSocket(Exchange& exchange) {
    auto socket = co_await exchange.acceptWebSocket();
    if (!socket) co_return;
    while (co_await (*socket)->read()) {
    }
  }
};

TEST_F(Shutdown, endsIdleConnectionsAtOnce) {
  serve([](Exchange& exchange) -> Task<void> { co_await exchange.respond({}); });
  const auto one = client();
  ASSERT_TRUE(run(one->send({.target = "/"})));
  EXPECT_LT(timeToStop(), 200ms);
}

TEST_F(Shutdown, endsOpenWebSockets) {
  serve(holdWebSocket);
  std::vector<std::unique_ptr<WebSocket>> sockets;
  for (int i = 0; i < 10; ++i) {
    auto socket = run(client()->openWebSocket({.target = "/"}));
    ASSERT_TRUE(socket);
    sockets.push_back(std::move(*socket));
  }
  EXPECT_LT(timeToStop(), 500ms);
  EXPECT_FALSE(run(sockets.front()->read()));
}

TEST_F(Shutdown, endsHandlersThatWaitForSomethingElse) {
  serve([](Exchange& exchange) -> Task<void> {
    auto writer = co_await exchange.respondStreaming({});
    if (writer) co_await (*writer)->write(asBytes("begun"));
    co_await sleepFor(1h);
    co_await sleepFor(1h);  // does not even look at why the first wait ended
  });
  bool hasBegun = false;
  const auto one = client();
  asio::co_spawn(io,
                 one->sendStreaming({.target = "/"},
                                    [&hasBegun](ByteView) -> Result<void> {
                                      hasBegun = true;
                                      return {};
                                    }),
                 [](const std::exception_ptr&, const Result<Response>&) {});
  while (!hasBegun) io.run_one();
  EXPECT_LT(timeToStop(), 500ms);
}

TEST_F(Shutdown, letsAPlainAnswerFinish) {
  bool isHandling = false;
  serve([&isHandling](Exchange& exchange) -> Task<void> {
    isHandling = true;
    co_await sleepFor(100ms);
    co_await exchange.respond({.body = "finished"});
  });
  std::string body;
  const auto one = client();
  asio::co_spawn(io, one->send({.target = "/"}), [&body](const std::exception_ptr&, const Result<Response>& response) {
    body = response ? response->body : response.error().message();
  });
  while (!isHandling) io.run_one();
  EXPECT_LT(timeToStop(), 500ms);
  while (body.empty()) io.run_one();
  EXPECT_EQ(body, "finished");
}

TEST_F(Shutdown, cutsAnAnswerThatTakesTooLong) {
  bool isHandling = false;
  serve([&isHandling](Exchange& exchange) -> Task<void> {
    isHandling = true;
    co_await sleepFor(1h);
    co_await exchange.respond({});
  });
  const auto one = client();
  asio::co_spawn(io, one->send({.target = "/"}), [](const std::exception_ptr&, const Result<Response>&) {});
  while (!isHandling) io.run_one();
  EXPECT_LT(timeToStop(), 900ms);
}

TEST_F(Shutdown, refusesNewConnections) {
  serve(holdWebSocket);
  timeToStop();
  EXPECT_FALSE(run(client()->send({.target = "/"})));
}

TEST_F(Shutdown, mayBeAskedTwice) {
  serve(holdWebSocket);
  auto socket = run(client()->openWebSocket({.target = "/"}));
  timeToStop();
  EXPECT_LT(timeToStop(), 100ms);
}

}  // namespace
}  // namespace berth::http
