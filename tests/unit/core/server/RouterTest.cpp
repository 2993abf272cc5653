#include "core/server/http/Router.h"

#include <gtest/gtest.h>

namespace berth::server {
namespace {

Task<Answer> never(Call&) { co_return ApiError::routeNotFound().status == 0 ? Answer() : Answer(Answered()); }

constexpr Route kRoutes[] = {
    {"GET", "/api/v2", Auth::None, never},
    {"GET", "/api/v2/workspaces", Auth::User, never},
    {"GET", "/api/v2/workspaces/{workspace}", Auth::User, never},
    {"GET", "/api/v2/workspaceagents/{agent}/logs", Auth::User, never},
    {"GET", "/api/v2/workspaceagents/me/logs", Auth::Agent, never},
    {"PUT", "/api/v2/workspaceagents/me/logs", Auth::Agent, never},
    {"GET", "/apps/{slug}/{rest...}", Auth::User, never},
};

struct Router_ : ::testing::Test {
  Router router{kRoutes};
  std::string pathOf(std::string_view method, std::string_view path) {
    const auto match = router.find(method, path);
    return match ? std::string(match->route->path) : "none";
  }
};

TEST_F(Router_, findsByMethodAndSegments) {
  EXPECT_EQ(pathOf("GET", "/api/v2/workspaces"), "/api/v2/workspaces");
  EXPECT_EQ(pathOf("POST", "/api/v2/workspaces"), "none");
  EXPECT_EQ(pathOf("GET", "/api/v2/workspaces/x/y"), "none");
  EXPECT_EQ(pathOf("GET", "/api"), "none");
}

TEST_F(Router_, collapsesSlashesAndToleratesOneAtTheEnd) {
  EXPECT_EQ(pathOf("GET", "//api//v2/workspaces/"), "/api/v2/workspaces");
  EXPECT_EQ(pathOf("GET", "/api/v2/"), "/api/v2");
}

TEST_F(Router_, decodesParameters) {
  const auto match = router.find("GET", "/api/v2/workspaces/a%2Fb");
  ASSERT_TRUE(match);
  ASSERT_EQ(match->params.size(), 1U);
  EXPECT_EQ(match->params[0].first, "workspace");
  EXPECT_EQ(match->params[0].second, "a/b");
}

TEST_F(Router_, refusesBadPercentEncoding) { EXPECT_EQ(pathOf("GET", "/api/v2/workspaces/%zz"), "none"); }

TEST_F(Router_, literalWinsOverParameter) {
  EXPECT_EQ(pathOf("GET", "/api/v2/workspaceagents/me/logs"), "/api/v2/workspaceagents/me/logs");
  EXPECT_EQ(pathOf("GET", "/api/v2/workspaceagents/x/logs"), "/api/v2/workspaceagents/{agent}/logs");
}

TEST_F(Router_, restTakesWhatIsLeft) {
  const auto match = router.find("GET", "/apps/code/static/a.js");
  ASSERT_TRUE(match);
  EXPECT_EQ(match->params[1].second, "static/a.js");
  EXPECT_EQ(pathOf("GET", "/apps/code"), "/apps/{slug}/{rest...}");
}

TEST_F(Router_, headIsServedByGet) { EXPECT_EQ(pathOf("HEAD", "/api/v2/workspaces"), "/api/v2/workspaces"); }

TEST_F(Router_, knowsPathsOfOtherMethods) {
  EXPECT_TRUE(router.hasPath("/api/v2/workspaces"));
  EXPECT_FALSE(router.hasPath("/api/v3"));
}

}  // namespace
}  // namespace berth::server
