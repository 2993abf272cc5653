// The client library against a server whose answers each test gives.
#include "core/client/Session.h"

#include <gmock/gmock.h>

#include "tests/integration/core/http/HttpFixture.h"

namespace berth::client {
namespace {

using http::Exchange;
using testing::HasSubstr;

class SessionTest : public http::HttpFixture {
 protected:
  // Answers everything with this.
  void answer(int status, std::string body, bool isCoder = true) {
    serve([status, body, isCoder, this](Exchange& exchange) { return reply(*this, exchange, status, body, isCoder); });
  }
  Session& session() {
    if (!m_session)
      m_session =
          std::make_unique<Session>(io.get_executor(), SessionOptions{.url = url(), .token = Secret("id-secret")});
    return *m_session;
  }

  http::Request last;

 private:
  static Task<void> reply(SessionTest& self, Exchange& exchange, int status, std::string body, bool isCoder) {
    self.last = exchange.request();
    http::Response response{.status = status, .headers = {{"Content-Type", "application/json"}}, .body = body};
    if (isCoder) response.headers.add("X-Coder-Build-Version", "v2.36.0");
    co_await exchange.respond(std::move(response));
  }

  std::unique_ptr<Session> m_session;
};

TEST_F(SessionTest, sendsItsToken) {
  answer(200, R"({"id":"11111111-1111-1111-1111-111111111111","username":"me"})");
  const auto me = run(session().me());
  ASSERT_TRUE(me) << me.error().message();
  EXPECT_EQ(me->username, "me");
  EXPECT_EQ(last.headers.find("Coder-Session-Token"), "id-secret");
  EXPECT_EQ(session().serverVersion(), "v2.36.0");
}

TEST_F(SessionTest, passesOnWhatTheServerSays) {
  answer(400,
         R"({"message":"Validation failed.","detail":"why","validations":[{"field":"name","detail":"too long"}]})");
  const auto created = run(session().createWorkspace("me", {}));
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().code(), ErrorCode::InvalidInput);
  EXPECT_EQ(created.error().message(), "Validation failed. (why)\n  name: too long");
  EXPECT_EQ(last.target, "/api/v2/users/me/workspaces");
  EXPECT_EQ(last.headers.find("Content-Type"), "application/json");
}

TEST_F(SessionTest, saysHowToSignInAgain) {
  answer(401, R"({"message":"You are signed out."})");
  const auto me = run(session().me());
  ASSERT_FALSE(me);
  EXPECT_EQ(me.error().code(), ErrorCode::Unauthenticated);
  EXPECT_THAT(me.error().message(), HasSubstr("berth login"));
}

TEST_F(SessionTest, showsAnAnswerThatIsNoJson) {
  answer(502, "<html>Bad gateway</html>");
  const auto me = run(session().me());
  ASSERT_FALSE(me);
  EXPECT_EQ(me.error().code(), ErrorCode::Unavailable);
  EXPECT_THAT(me.error().message(), HasSubstr("502: <html>Bad gateway"));
}

TEST_F(SessionTest, namesTheRouteOfAnAnswerThatItCannotRead) {
  answer(200, R"({"id":42})");
  const auto me = run(session().me());
  ASSERT_FALSE(me);
  EXPECT_THAT(me.error().message(), HasSubstr("/api/v2/users/me"));
}

TEST_F(SessionTest, knowsAServerWithoutUsers) {
  answer(404, R"({"message":"The initial user has not been created!"})");
  EXPECT_EQ(run(session().hasFirstUser()), false);
}

TEST_F(SessionTest, knowsWhatIsNoServerOfThisKind) {
  answer(404, "not found", false);
  const auto known = run(session().hasFirstUser());
  ASSERT_FALSE(known);
  EXPECT_THAT(known.error().message(), HasSubstr("is not a Berth or Coder server"));
}

TEST_F(SessionTest, dropsAPathInTheUrl) {
  answer(200, "[]");
  auto withPath = url();
  withPath.path = "/login";
  Session other(io.get_executor(), {.url = withPath});
  ASSERT_TRUE(run(other.templates("exact_name:\"a b\"")));
  EXPECT_EQ(last.target, "/api/v2/templates?q=exact_name%3A%22a%20b%22");
  EXPECT_FALSE(last.headers.find("Coder-Session-Token"));
}

TEST_F(SessionTest, followsLogsToTheirEnd) {
  serve([](Exchange& exchange) -> Task<void> {
    auto socket = co_await exchange.acceptWebSocket();
    if (!socket) co_return;
    for (const char* line : {R"({"id":1,"stage":"Setting up","output":"a"})", R"({"id":2,"output":"b"})"})
      co_await (*socket)->writeText(line);
    co_await (*socket)->close(http::CloseCode::Normal, "done");
  });
  auto logs = run(session().followBuildLogs(BuildId::random()));
  ASSERT_TRUE(logs) << logs.error().message();
  EXPECT_EQ(run((*logs)->next())->stage, "Setting up");
  EXPECT_EQ(run((*logs)->next())->output, "b");
  EXPECT_EQ(run((*logs)->next()).error().code(), ErrorCode::EndOfStream);
}

TEST_F(SessionTest, tellsWhyAStreamWasRefused) {
  answer(404, R"({"message":"Resource not found or you do not have access to this resource"})");
  const auto logs = run(session().followAgentLogs(AgentId::random()));
  ASSERT_FALSE(logs);
  EXPECT_EQ(logs.error().code(), ErrorCode::NotFound);
  EXPECT_THAT(logs.error().message(), HasSubstr("Resource not found"));
}

TEST_F(SessionTest, watchesAWorkspaceAndSkipsPings) {
  serve([](Exchange& exchange) -> Task<void> {
    auto socket = co_await exchange.acceptWebSocket();
    if (!socket) co_return;
    for (const char* event :
         {R"({"type":"ping","data":null})", R"({"type":"data","data":{"name":"box"}})",
          R"({"type":"error","data":{"message":"no rows"}})", R"({"type":"data","data":{"name":"box2"}})"})
      co_await (*socket)->writeText(event);
    co_await (*socket)->read();
  });
  auto watch = run(session().watchWorkspace(WorkspaceId::random()));
  ASSERT_TRUE(watch) << watch.error().message();
  EXPECT_EQ(run((*watch)->next())->name, "box");
  EXPECT_THAT(run((*watch)->next()).error().message(), HasSubstr("no rows"));
  EXPECT_EQ(run((*watch)->next())->name, "box2");
}

}  // namespace
}  // namespace berth::client
