#include <gmock/gmock.h>

#include "tests/integration/core/http/HttpFixture.h"

namespace berth::http {
namespace {

using testing::HasSubstr;

class ClientServer : public HttpFixture {};

Task<void> echo(Exchange& exchange) {
  const Request& request = exchange.request();
  Response response{.headers = {{"X-Method", request.method}, {"X-Target", request.target}}, .body = request.body};
  if (const auto seen = request.headers.find("X-Seen")) response.headers.add("X-Seen", *seen);
  co_await exchange.respond(std::move(response));
}

TEST_F(ClientServer, carriesRequestAndResponse) {
  serve(echo);
  const auto response = run(client({.defaultHeaders = {{"X-Seen", "always"}}})
                                ->send({.method = "POST", .target = "/a?b=c", .headers = {}, .body = "body"}));
  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "body");
  EXPECT_EQ(response->headers.find("X-Target"), "/a?b=c");
  EXPECT_EQ(response->headers.find("X-Seen"), "always");
}

TEST_F(ClientServer, asksOverAConnectionThatIsThereAlready) {
  auto [near, far] = makeStreamPair(io.get_executor());
  asio::co_spawn(io, serveConnection(std::move(far), {echo, {}}), asio::detached);
  const auto response = run(sendOver(std::move(near), {.target = "/api", .headers = {{"X-Seen", "once"}}}));
  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->headers.find("X-Target"), "/api");
  EXPECT_EQ(response->headers.find("X-Seen"), "once");
}

TEST_F(ClientServer, aConnectionThatSaysNothingEndsTheQuestion) {
  auto [near, far] = makeStreamPair(io.get_executor());
  const auto response = run(sendOver(std::move(near), {}, {.requestTimeout = std::chrono::milliseconds(50)}));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code(), ErrorCode::Timeout);
}

TEST_F(ClientServer, carriesLargeBodies) {
  serve(Handler{echo, [](const Request&, const std::string&) -> Task<std::size_t> { co_return 64U << 20; }});
  const std::string large(20U << 20, 'x');
  const auto response = run(client()->send({.method = "POST", .target = "/", .headers = {}, .body = large}));
  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(response->body.size(), large.size());
}

TEST_F(ClientServer, answersHeadWithoutABody) {
  serve(echo);
  const auto one = client();
  const auto response = run(one->send({.method = "HEAD", .target = "/"}));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "");
  EXPECT_TRUE(run(one->send({.target = "/"})));
}

TEST_F(ClientServer, streamsBodies) {
  serve([](Exchange& exchange) -> Task<void> {
    auto writer = co_await exchange.respondStreaming({});
    if (!writer) co_return;
    for (const char* piece : {"one,", "two,", "three"}) co_await (*writer)->write(asBytes(piece));
    co_await (*writer)->finish();
  });
  std::string body;
  const auto one = client();
  const auto response = run(one->sendStreaming({.target = "/"}, [&body](ByteView data) -> Result<void> {
    body += asText(data);
    return {};
  }));
  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(body, "one,two,three");
  EXPECT_TRUE(run(one->send({.target = "/again"})));
}

TEST_F(ClientServer, stopsAStreamWhenTheSinkRefuses) {
  serve(echo);
  const auto response = run(
      client()->sendStreaming({.method = "POST", .target = "/", .headers = {}, .body = "x"},
                              [](ByteView) -> Result<void> { return fail(ErrorCode::LimitExceeded, "disk full"); }));
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().message(), HasSubstr("disk full"));
}

TEST_F(ClientServer, limitsResponseBodies) {
  serve(echo);
  const auto response = run(client({.maxResponseBody = 10})
                                ->send({.method = "POST", .target = "/", .headers = {}, .body = std::string(11, 'x')}));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code(), ErrorCode::LimitExceeded);
}

TEST_F(ClientServer, appliesTheRoutesBodyLimit) {
  serve(Handler{echo, [](const Request& head, const std::string&) -> Task<std::size_t> {
                  co_return head.path() == "/large" ? 1U << 20 : 10;
                }});
  const auto one = client();
  const std::string body(1000, 'x');
  EXPECT_EQ(run(one->send({.method = "POST", .target = "/large", .headers = {}, .body = body}))->status, 200);
  const auto refused = run(one->send({.method = "POST", .target = "/small", .headers = {}, .body = body}));
  ASSERT_TRUE(refused) << refused.error().message();
  EXPECT_EQ(refused->status, 413);
}

TEST_F(ClientServer, hearsTheRefusalOfALargeBodyThatIsStillBeingSent) {
  serve(Handler{echo, [](const Request&, const std::string&) -> Task<std::size_t> { co_return 10; }});
  const auto refused =
      run(client()->send({.method = "POST", .target = "/", .headers = {}, .body = std::string(8U << 20, 'x')}));
  ASSERT_TRUE(refused) << refused.error().message();
  EXPECT_EQ(refused->status, 413);
}

TEST_F(ClientServer, timesOutOnASilentServer) {
  serve([](Exchange& exchange) -> Task<void> {
    asio::steady_timer never(co_await asio::this_coro::executor, std::chrono::hours(1));
    boost::system::error_code ignored;
    co_await never.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    co_await exchange.respond({});
  });
  const auto response = run(client({.requestTimeout = std::chrono::milliseconds(50)})->send({.target = "/"}));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code(), ErrorCode::Timeout);
  EXPECT_THAT(response.error().message(), HasSubstr("GET http://127.0.0.1"));
}

TEST_F(ClientServer, saysWhyItCannotConnect) {
  serve(echo);
  const Url nowhere = url();
  run(server->stop(std::chrono::milliseconds(500)));
  const auto response = run(makeClient(io.get_executor(), nowhere)->send({.target = "/"}));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code(), ErrorCode::Unavailable);
  EXPECT_THAT(response.error().message(), HasSubstr("Connection refused"));
}

TEST_F(ClientServer, opensANewConnectionWhenTheServerClosedTheOldOne) {
  serve(echo, {.idleTimeout = std::chrono::milliseconds(50)});
  const auto one = client();
  for (int i = 0; i < 3; ++i) {
    const auto response = run(one->send({.method = "POST", .target = "/", .headers = {}, .body = "x"}));
    ASSERT_TRUE(response) << response.error().message();
    asio::steady_timer settle(io, std::chrono::milliseconds(100));
    run([](asio::steady_timer& timer) -> Task<void> { co_await timer.async_wait(asio::use_awaitable); }(settle));
  }
}

TEST_F(ClientServer, answers500WhenTheHandlerFails) {
  serve([](Exchange& exchange) -> Task<void> {
    if (exchange.request().path() == "/throws") throw std::runtime_error("defect");
    co_return;
  });
  EXPECT_EQ(run(client()->send({.target = "/throws"}))->status, 500);
  EXPECT_EQ(run(client()->send({.target = "/silent"}))->status, 500);
}

TEST_F(ClientServer, reportsThePeersAddress) {
  serve([](Exchange& exchange) -> Task<void> { co_await exchange.respond({.body = exchange.remoteAddress()}); });
  EXPECT_EQ(run(client()->send({.target = "/"}))->body, "127.0.0.1");
}

TEST_F(ClientServer, saysThatThePortIsTaken) {
  serve(echo);
  const auto second = makeServer(io.get_executor())->listen(std::format("127.0.0.1:{}", port));
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message(), HasSubstr("another program uses this port"));
}

Task<void> upgradeAndEcho(Exchange& exchange) {
  auto stream = co_await exchange.upgrade({.headers = {{"Upgrade", "DERP"}, {"Connection", "Upgrade"}}}, true);
  if (!stream) co_return;
  Bytes buffer(1024);
  while (true) {
    const auto count = co_await (*stream)->readSome(buffer);
    if (!count || !co_await (*stream)->write(ByteView(buffer).first(*count))) co_return;
  }
}

TEST_F(ClientServer, upgradesToARawStream) {
  serve(upgradeAndEcho);
  auto upgraded = run(client()->upgrade({.target = "/derp", .headers = {{"Upgrade", "DERP"}}}));
  ASSERT_TRUE(upgraded) << upgraded.error().message();
  EXPECT_EQ(upgraded->head.headers.find("Upgrade"), "DERP");
  ASSERT_TRUE(run(upgraded->stream->write(asBytes("ping"))));
  Bytes answer(4);
  ASSERT_TRUE(run(readExactly(*upgraded->stream, answer)));
  EXPECT_EQ(asText(answer), "ping");
}

TEST_F(ClientServer, losesNoBytesSentRightBehindTheUpgradeRequest) {
  serve(upgradeAndEcho);
  const auto output =
      run(rawExchange("GET /derp HTTP/1.1\r\nHost: x\r\nUpgrade: DERP\r\nConnection: Upgrade\r\n\r\nEARLY", true));
  EXPECT_THAT(output, HasSubstr("101 Switching Protocols"));
  EXPECT_TRUE(output.ends_with("\r\n\r\nEARLY")) << output;
}

TEST_F(ClientServer, tellsARefusedUpgrade) {
  serve(echo);
  const auto upgraded = run(client()->upgrade({.target = "/derp", .headers = {{"Upgrade", "DERP"}}}));
  ASSERT_FALSE(upgraded);
  EXPECT_EQ(upgraded.error().code(), ErrorCode::Unavailable);
  EXPECT_THAT(upgraded.error().message(), HasSubstr("200"));
}

TEST_F(ClientServer, servesAConnectionThatIsNotTcp) {
  auto pair = makeStreamPair(io.get_executor());
  asio::co_spawn(io, serveConnection(std::move(pair.second), Handler{echo, {}}), asio::detached);
  const std::string request = "POST /x HTTP/1.1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi";
  ASSERT_TRUE(run(pair.first->write(asBytes(request))));
  std::string output;
  Bytes buffer(1024);
  while (true) {
    const auto count = run(pair.first->readSome(buffer));
    if (!count) break;
    output += asText(ByteView(buffer).first(*count));
  }
  EXPECT_TRUE(output.ends_with("\r\n\r\nhi")) << output;
}

}  // namespace
}  // namespace berth::http
