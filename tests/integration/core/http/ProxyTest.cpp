// Requests and upgrades through a CONNECT proxy.
#include <gmock/gmock.h>

#include <boost/asio/detached.hpp>

#include "tests/integration/core/http/HttpFixture.h"

namespace berth::http {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// Answers every CONNECT with `status`, and leads to the test's server whatever name was asked for.
class ThroughProxy : public HttpFixture {
 protected:
  void SetUp() override {
    serve([](Exchange& exchange) -> Task<void> { co_await exchange.respond({.body = "through"}); });
    auto made = listenTcp(io.get_executor(), "127.0.0.1:0");
    ASSERT_TRUE(made);
    listener = *std::move(made);
    asio::co_spawn(io, acceptAll(*this), asio::detached);
  }

  std::shared_ptr<Client> clientFor(const std::string& origin) {
    ClientOptions options;
    options.proxies = {Secret(std::format("http://me:word@127.0.0.1:{}", listener->port())), {}, ""};
    return makeClient(io.get_executor(), *parseUrl(origin), options);
  }

  std::string head;  // the last CONNECT
  std::string status = "200 Connection established";

 private:
  static Task<void> acceptAll(ThroughProxy& self) {
    while (auto accepted = co_await self.listener->acceptTcp())
      asio::co_spawn(self.io, lead(self, std::move(*accepted)), asio::detached);
  }

  static Task<void> lead(ThroughProxy& self, std::unique_ptr<TcpStream> client) {
    std::string head;
    Bytes byte(1);
    while (!head.ends_with("\r\n\r\n")) {
      if (!co_await client->readSome(byte)) co_return;
      head += asText(byte);
    }
    self.head = head;
    co_await client->write(asBytes(std::format("HTTP/1.1 {}\r\n\r\n", self.status)));
    if (!self.status.starts_with("2")) co_return;
    auto server = co_await connectTcp("127.0.0.1", self.port);
    if (server) co_await pipe(*client, **server);
  }

  std::unique_ptr<TcpListener> listener;
};

TEST_F(ThroughProxy, carriesRequests) {
  const auto answer = run(clientFor("http://box.example:3000")->send({.target = "/"}));
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->body, "through");
  EXPECT_THAT(head, StartsWith("CONNECT box.example:3000 HTTP/1.1\r\nHost: box.example:3000\r\n"));
  EXPECT_THAT(head, HasSubstr("Proxy-Authorization: Basic bWU6d29yZA=="));
}

TEST_F(ThroughProxy, namesAddressesInBrackets) {
  EXPECT_TRUE(run(clientFor("http://[fd12::1]:3000")->send({.target = "/"})));
  EXPECT_THAT(head, StartsWith("CONNECT [fd12::1]:3000 HTTP/1.1\r\n"));
}

TEST_F(ThroughProxy, saysWhyTheProxyRefuses) {
  status = "403 Forbidden";
  const auto refused = run(clientFor("http://box.example")->send({.target = "/"}));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("answers 403 when asked for box.example"));
  status = "407 Proxy Authentication Required";
  const auto unknown = run(clientFor("http://box.example")->send({.target = "/"}));
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message(), HasSubstr("wants a user and password"));
}

}  // namespace
}  // namespace berth::http
