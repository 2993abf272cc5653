#include "core/server/http/Pipeline.h"

#include <gtest/gtest.h>

#include "core/server/Services.h"
#include "core/server/http/Json.h"
#include "tests/unit/core/server/FakeExchange.h"

namespace berth::server {
namespace {

Task<Answer> open(Call&) { co_return textResponse(200, "open"); }
Task<Answer> whoami(Call& call) { co_return textResponse(200, call.actor ? call.user().username : "nobody"); }
Task<Answer> agentName(Call& call) { co_return textResponse(200, call.agent ? call.agent->agentName : "user"); }
Task<Answer> missing(Call&) { co_return apiFail(Error(ErrorCode::NotFound, "workspace 'secret-name'")); }
Task<Answer> taken(Call&) {
  co_return apiFail(
      ApiError(409, "Taken.", "by another", {{"name", "This value is already in use and should be unique."}}));
}
Task<Answer> throwing(Call&) {
  throw std::runtime_error("boom");
  co_return Answered();
}
Task<Answer> byId(Call& call) {
  CO_TRY(call.uuidParam("id"));
  CO_TRY(call.numberQuery("after", 0));
  co_return textResponse(200, "ok");
}

constexpr Route kRoutes[] = {
    {"GET", "/open", Auth::None, open},
    {"GET", "/api/v2/user", Auth::User, whoami},
    {"POST", "/api/v2/user", Auth::User, whoami},
    {"GET", "/api/v2/optional", Auth::OptionalUser, whoami},
    {"GET", "/api/v2/agent", Auth::Agent, agentName},
    {"GET", "/api/v2/either", Auth::UserOrAgent, agentName},
    {"GET", "/api/v2/missing", Auth::None, missing},
    {"GET", "/api/v2/taken", Auth::None, taken},
    {"GET", "/api/v2/throwing", Auth::None, throwing},
    {"GET", "/api/v2/things/{id}", Auth::None, byId},
    {"GET", "/api/v2/rare", Auth::None, open, {.ratePerMinute = 2}},
    {"POST", "/api/v2/large", Auth::User, whoami, {.bodyLimit = 100U << 20}},
};

constexpr const char* kAgentToken = "6f49e1d4-2299-4154-a411-558b6dd12bdf";

class FakeAuthenticator final : public Authenticator {
 public:
  Task<ApiResult<Actor>> authenticateUser(Secret token, std::string) override {
    if (token.reveal() == "good") co_return Actor{alice, "alice", {}, "k", {"coder:all"}};
    if (token.reveal() == "boss") co_return Actor{UserId::random(), "boss", {"owner"}, "k", {"coder:all"}};
    if (token.reveal() == "narrow") co_return Actor{alice, "alice", {}, "k", {"coder:application_connect"}};
    co_return apiFail(401, "You are signed out.", "API key is invalid.");
  }
  Task<ApiResult<AgentIdentity>> authenticateAgent(Secret token) override {
    if (token.reveal() == kAgentToken) co_return AgentIdentity{AgentId::random(), "main", {}, {}, {}};
    co_return apiFail(401, "Workspace agent not authorized.");
  }

 private:
  UserId alice = UserId::random();
};

class Pipeline_ : public ::testing::Test {
 protected:
  http::Response send(http::Request request) {
    FakeExchange exchange(std::move(request));
    asio::co_spawn(io, handler.handle(exchange), asio::detached);
    io.restart();
    io.run();
    EXPECT_TRUE(exchange.answer.has_value()) << "no answer";
    return exchange.answer.value_or(http::Response());
  }
  http::Response send(std::string target, http::Headers headers = {}) {
    return send({"GET", std::move(target), std::move(headers), {}});
  }

  asio::io_context io;
  Events events{io.get_executor()};
  SystemClock clock;
  Deployment deployment{.accessUrl = http::Url{"http", "127.0.0.1", 3650, ""}};
  // No handler here looks at the store.
  Services services{*reinterpret_cast<store::Store*>(this), events, clock, deployment, {}, {}, {}, {}, {}, {}};
  FakeAuthenticator authenticator;
  Router router{kRoutes};
  Pipeline pipeline{router, services, authenticator};
  http::Handler handler = pipeline.handler();
};

TEST_F(Pipeline_, marksEveryAnswer) {
  for (const auto* path : {"/open", "/api/v2/user", "/api/v2/nowhere", "/api/v2/throwing"}) {
    const auto response = send(path);
    EXPECT_EQ(response.headers.find("X-Coder-Build-Version"), "v2.36.0") << path;
    EXPECT_EQ(response.headers.find("X-Content-Type-Options"), "nosniff") << path;
  }
}

TEST_F(Pipeline_, unknownRoutes) {
  const auto api = send("/api/v2/nowhere");
  EXPECT_EQ(api.status, 404);
  EXPECT_EQ(api.body, "{\"message\":\"Route not found.\"}\n");
  EXPECT_EQ(api.headers.find("Content-Type"), "application/json; charset=utf-8");
  const auto page = send("/@me/box");
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(page.body.contains("<html"));
}

TEST_F(Pipeline_, takesTheTokenFromAnywhere) {
  EXPECT_EQ(send("/api/v2/user", {{"Coder-Session-Token", "good"}}).body, "alice");
  EXPECT_EQ(send("/api/v2/user", {{"Cookie", "a=b; coder_session_token=good"}}).body, "alice");
  EXPECT_EQ(send("/api/v2/user?coder_session_token=good").body, "alice");
  EXPECT_EQ(send("/api/v2/user", {{"Authorization", "Bearer good"}}).body, "alice");
}

TEST_F(Pipeline_, cookieWinsOverHeader) {
  EXPECT_EQ(send("/api/v2/user", {{"Cookie", "coder_session_token=good"}, {"Coder-Session-Token", "bad"}}).body,
            "alice");
}

TEST_F(Pipeline_, refusesWithoutOrWithABadToken) {
  const auto none = send("/api/v2/user");
  EXPECT_EQ(none.status, 401);
  EXPECT_TRUE(none.headers.find("WWW-Authenticate").value_or("").starts_with("Bearer realm=\"coder\""));
  EXPECT_EQ(send("/api/v2/user", {{"Coder-Session-Token", "bad"}}).status, 401);
}

TEST_F(Pipeline_, keysForApplicationsOpenNothingElse) {
  EXPECT_EQ(send("/api/v2/user", {{"Coder-Session-Token", "narrow"}}).status, 403);
  EXPECT_EQ(send("/api/v2/either", {{"Coder-Session-Token", "narrow"}}).status, 403);
  EXPECT_EQ(send("/api/v2/optional", {{"Coder-Session-Token", "narrow"}}).body, "nobody");
}

TEST_F(Pipeline_, largeBodiesAreReadOfKnownCallersOnly) {
  const auto limitFor = [this](http::Headers headers) {
    std::size_t limit = 0;
    const http::Request head{"POST", "/api/v2/large", std::move(headers), {}};
    const std::string address = "192.0.2.7";
    asio::co_spawn(io, handler.bodyLimit(head, address),
                   [&limit](const std::exception_ptr&, std::size_t answer) { limit = answer; });
    io.restart();
    io.run();
    return limit;
  };
  EXPECT_EQ(limitFor({}), kDefaultBodyLimit);
  EXPECT_EQ(limitFor({{"Coder-Session-Token", "bad"}}), kDefaultBodyLimit);
  EXPECT_EQ(limitFor({{"Coder-Session-Token", "good"}}), 100U << 20);
}

TEST_F(Pipeline_, optionalUserMayBeNobody) {
  EXPECT_EQ(send("/api/v2/optional").body, "nobody");
  EXPECT_EQ(send("/api/v2/optional", {{"Coder-Session-Token", "bad"}}).body, "nobody");
  EXPECT_EQ(send("/api/v2/optional", {{"Coder-Session-Token", "good"}}).body, "alice");
}

TEST_F(Pipeline_, tellsAgentsFromUsers) {
  EXPECT_EQ(send("/api/v2/agent", {{"Coder-Session-Token", kAgentToken}}).body, "main");
  EXPECT_EQ(send("/api/v2/agent", {{"Coder-Session-Token", "good"}}).status, 401);
  EXPECT_EQ(send("/api/v2/either", {{"Coder-Session-Token", kAgentToken}}).body, "main");
  EXPECT_EQ(send("/api/v2/either", {{"Coder-Session-Token", "good"}}).body, "user");
}

TEST_F(Pipeline_, hidesWhatWasNotFound) {
  const auto response = send("/api/v2/missing");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body, "{\"message\":\"Resource not found or you do not have access to this resource\"}\n");
}

TEST_F(Pipeline_, rendersValidations) {
  EXPECT_EQ(
      send("/api/v2/taken").body,
      R"({"message":"Taken.","detail":"by another","validations":[{"field":"name","detail":"This value is already )"
      "in use and should be unique.\"}]}\n");
}

TEST_F(Pipeline_, exceptionsBecomeInternalErrors) {
  const auto response = send("/api/v2/throwing");
  EXPECT_EQ(response.status, 500);
  EXPECT_TRUE(response.body.contains("An internal server error occurred."));
  EXPECT_FALSE(response.body.contains("boom")) << "inner texts stay in the log";
}

TEST_F(Pipeline_, checksParameters) {
  const auto bad = send("/api/v2/things/xyz");
  EXPECT_EQ(bad.status, 400);
  EXPECT_TRUE(bad.body.contains(R"(Invalid UUID \"xyz\".)"));
  EXPECT_EQ(send("/api/v2/things/6F49E1D4-2299-4154-A411-558B6DD12BDF").status, 200) << "case does not matter";
  const auto query = send(std::string("/api/v2/things/") + kAgentToken + "?after=-1");
  EXPECT_EQ(query.status, 400);
  EXPECT_TRUE(query.body.contains(R"("field":"after")"));
}

TEST_F(Pipeline_, cookieAloneMayNotWrite) {
  const http::Headers cookie{{"Cookie", "coder_session_token=good; csrf_token=t"}};
  EXPECT_EQ(send(http::Request{"POST", "/api/v2/user", cookie, {}}).status, 400);
  auto doubled = cookie;
  doubled.set("X-CSRF-TOKEN", "t");
  EXPECT_EQ(send(http::Request{"POST", "/api/v2/user", doubled, {}}).status, 200);
  auto header = cookie;
  header.set("Coder-Session-Token", "good");
  EXPECT_EQ(send(http::Request{"POST", "/api/v2/user", header, {}}).status, 200);
  EXPECT_EQ(send(http::Request{"POST", "/api/v2/user", {{"Coder-Session-Token", "good"}}, {}}).status, 200);
}

TEST_F(Pipeline_, limitsRates) {
  EXPECT_EQ(send("/api/v2/rare").status, 200);
  EXPECT_EQ(send("/api/v2/rare").status, 200);
  for (const auto* same : {"//api/v2/rare", "/api/v2//rare/", "/api/v2/rare?x=1"}) EXPECT_EQ(send(same).status, 429);
  const auto refused = send("/api/v2/rare");
  EXPECT_EQ(refused.status, 429);
  EXPECT_TRUE(refused.body.contains("You've been rate limited for sending more than 2 requests in 1m0s."));
}

TEST(RateLimiter_, windowSlides) {
  RateLimiter limiter;
  const TimePoint start{};
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(limiter.take("a", 10, start).isAllowed);
  EXPECT_FALSE(limiter.take("a", 10, start + std::chrono::seconds(59)).isAllowed);
  EXPECT_TRUE(limiter.take("b", 10, start).isAllowed) << "another key";
  EXPECT_TRUE(limiter.take("a", 10, start + std::chrono::seconds(90)).isAllowed) << "half of the old ones are outside";
  EXPECT_TRUE(limiter.take("a", 1, start + std::chrono::hours(1)).isAllowed);
}

TEST(Authorization_, followsRoles) {
  const UserId me = UserId::random();
  const UserId other = UserId::random();
  const Actor member{me, "me", {}, {}, {}};
  const Actor owner{me, "me", {"owner"}, {}, {}};
  const Actor templateAdmin{me, "me", {"template-admin"}, {}, {}};
  EXPECT_TRUE(isAllowed(member, Action::Ssh, {ObjectKind::Workspace, me}));
  EXPECT_FALSE(isAllowed(member, Action::Read, {ObjectKind::Workspace, other}));
  EXPECT_TRUE(isAllowed(owner, Action::Delete, {ObjectKind::Workspace, other}));
  EXPECT_TRUE(isAllowed(templateAdmin, Action::Read, {ObjectKind::Workspace, other}));
  EXPECT_FALSE(isAllowed(templateAdmin, Action::Ssh, {ObjectKind::Workspace, other}));
  EXPECT_EQ(authorize(member, Action::Read, {ObjectKind::Workspace, other}).error().status, 404);
  EXPECT_EQ(authorize(templateAdmin, Action::Ssh, {ObjectKind::Workspace, other}).error().status, 403);
  EXPECT_EQ(authorize(member, Action::Update, {ObjectKind::Template, {}}).error().status, 403);
}

}  // namespace
}  // namespace berth::server
