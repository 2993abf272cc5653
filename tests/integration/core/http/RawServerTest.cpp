// What a server answers to input that no proper client sends.
#include <gmock/gmock.h>

#include "tests/integration/core/http/HttpFixture.h"

namespace berth::http {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class RawServer : public HttpFixture {
 protected:
  void SetUp() override { serve(answer, {.header = 2048, .body = 100, .headerTimeout = std::chrono::seconds(1)}); }

  static Task<void> answer(Exchange& exchange) {
    co_await exchange.respond({.body = exchange.request().target + exchange.request().body});
  }
};

TEST_F(RawServer, answersPipelinedRequestsInOrder) {
  const auto output = run(rawExchange("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\nConnection: close\r\n\r\n"));
  EXPECT_LT(output.find("/1"), output.find("/2"));
  EXPECT_NE(output.find("/2"), std::string::npos);
}

TEST_F(RawServer, joinsChunks) {
  EXPECT_THAT(run(rawExchange("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                              "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")),
              HasSubstr("/xabc"));
}

TEST_F(RawServer, answersHttp10AndCloses) {
  EXPECT_THAT(run(rawExchange("GET /old HTTP/1.0\r\n\r\n")), HasSubstr("Connection: close"));
}

TEST_F(RawServer, keepsHttp10AliveWhenAsked) {
  const auto output = run(rawExchange("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /2 HTTP/1.0\r\n\r\n"));
  EXPECT_THAT(output, HasSubstr("Connection: keep-alive"));
  EXPECT_THAT(output, HasSubstr("/2"));
}

TEST_F(RawServer, asksForTheBodyWhenTheClientWaits) {
  const auto output =
      run(rawExchange("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"));
  EXPECT_THAT(output, StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"));
}

TEST_F(RawServer, refusesMalformedRequests) {
  for (const char* bad : {"garbage\r\n\r\n", "\x16\x03\x01\r\n\r\n", "GET / HTTP/1.1\r\nbad header\r\n\r\n",
                          "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    const auto output = run(rawExchange(bad));
    EXPECT_THAT(output, StartsWith("HTTP/1.1 400 ")) << bad;
    EXPECT_THAT(output, HasSubstr("{\"message\":"));
  }
}

TEST_F(RawServer, refusesOversizedHeadAndBody) {
  EXPECT_THAT(run(rawExchange("GET / HTTP/1.1\r\nX: " + std::string(3000, 'x') + "\r\n\r\n")),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(run(rawExchange("POST / HTTP/1.1\r\nContent-Length: 101\r\n\r\n")), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(run(rawExchange("POST / HTTP/1.1\r\nContent-Length: 18446744073709551615\r\n\r\n")),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(
      run(rawExchange("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffff\r\n" + std::string(200, 'x'))),
      StartsWith("HTTP/1.1 413 "));
}

TEST_F(RawServer, dropsTruncatedRequests) {
  EXPECT_EQ(run(rawExchange("GET / HT", true)), "");
  EXPECT_EQ(run(rawExchange("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nhal", true)), "");
}

TEST_F(RawServer, dropsClientsThatNeverFinishTheirHeader) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(run(rawExchange("GET / HTTP/1.1\r\nX: ")), "");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST_F(RawServer, dropsClientsThatNeverReadTheirAnswer) {
  std::optional<Result<void>> sent;
  serve(
      [&sent](Exchange& exchange) -> Task<void> {
        sent = co_await exchange.respond({.body = std::string(64U << 20, 'x')});
      },
      {.writeTimeout = std::chrono::milliseconds(100)});
  const auto silent = run(connectTcp("127.0.0.1", port));
  ASSERT_TRUE(silent);
  ASSERT_TRUE(run((*silent)->write(asBytes("GET / HTTP/1.1\r\n\r\n"))));
  const auto end = std::chrono::steady_clock::now() + kTestLimit;
  while (!sent && io.run_one_until(end) > 0) continue;
  ASSERT_TRUE(sent);
  ASSERT_FALSE(*sent);
  EXPECT_EQ(sent->error().code(), ErrorCode::Timeout);
}

TEST_F(RawServer, staysUpThroughAllOfIt) {
  for (int i = 0; i < 20; ++i) run(rawExchange(std::string(static_cast<std::size_t>(i) * 37, '\0'), true));
  EXPECT_EQ(run(client()->send({.target = "/fine"}))->body, "/fine");
}

}  // namespace
}  // namespace berth::http
