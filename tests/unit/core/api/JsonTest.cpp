#include "core/api/Json.h"

#include <gtest/gtest.h>

#include "core/api/Audit.h"
#include "core/api/Builds.h"
#include "core/api/Common.h"
#include "core/api/Users.h"
#include "core/api/Workspaces.h"

using namespace berth;
using namespace berth::api;

TEST(Json, leavesOutEmptyOptionalsAndKeepsNulls) {
  EXPECT_EQ(toJson(Response{.message = "Logged out!", .detail = {}, .validations = {}}),
            R"({"message":"Logged out!"})");
  EXPECT_EQ(toJson(MatchedProvisioners{}), R"({"count":0,"available":0,"most_recently_seen":null})");
}

TEST(Json, omitEmptyDropsTheEmptyString) {
  MinimalUser user{
      .id = {}, .username = "me", .name = omitEmpty(std::string()), .avatar_url = omitEmpty(std::string("x"))};
  EXPECT_EQ(toJson(user), R"({"id":"00000000-0000-0000-0000-000000000000","username":"me","avatar_url":"x"})");
}

TEST(Json, keepsYearOneForAnUnsetTime) {
  const auto user = fromJson<User>(R"({"last_seen_at":"0001-01-01T00:00:00Z"})");
  ASSERT_TRUE(user.has_value()) << user.error().message();
  EXPECT_EQ(user->last_seen_at, kNoTime);
  EXPECT_NE(toJson(*user).find(R"("last_seen_at":"0001-01-01T00:00:00Z")"), std::string::npos);
}

TEST(Json, ignoresUnknownFieldsAndTakesNullForAnyField) {
  const auto user = fromJson<User>(R"({"username":"me","shiny":[1,{}],"organization_ids":null,"name":null})");
  ASSERT_TRUE(user.has_value());
  EXPECT_EQ(user->username, "me");
  EXPECT_TRUE(user->organization_ids.empty());
  EXPECT_FALSE(user->name.has_value());
}

TEST(Json, toleratesNewWordsInEnums) {
  const auto build = fromJson<WorkspaceBuild>(R"({"status":"hibernating","transition":"start"})");
  ASSERT_TRUE(build.has_value());
  EXPECT_EQ(build->status, WorkspaceStatus::Unknown);
  EXPECT_EQ(build->transition, Transition::Start);
}

TEST(Json, namesTheFieldOfAWrongType) {
  const auto build = fromJson<WorkspaceBuild>(R"({"job":{"id":"not-a-uuid"}})");
  ASSERT_FALSE(build.has_value());
  EXPECT_EQ(build.error().code(), ErrorCode::InvalidInput);
  EXPECT_EQ(build.error().message(), R"(field "job.id": expected a UUID, got "not-a-uuid")");
}

TEST(Json, namesTheElementOfAList) {
  const auto roles = fromJson<UpdateRolesRequest>(R"({"roles":["owner",7]})");
  ASSERT_FALSE(roles.has_value());
  EXPECT_EQ(roles.error().message(), R"(field "roles[]": expected a string, got a number)");
}

TEST(Json, refusesBrokenTruncatedAndTooDeepText) {
  for (const std::string& text : {std::string(""), std::string("{"), std::string("{} x"), std::string("\"\xff\""),
                                  std::string(kMaxJsonDepth + 1, '[') + std::string(kMaxJsonDepth + 1, ']')}) {
    const auto user = fromJson<User>(text);
    ASSERT_FALSE(user.has_value()) << text;
    EXPECT_EQ(user.error().code(), ErrorCode::InvalidInput);
  }
}

TEST(Json, refusesNumbersThatDoNotFit) {
  EXPECT_FALSE(fromJson<CreateTokenRequest>(R"({"lifetime":1.5})"));
  EXPECT_FALSE(fromJson<CreateTokenRequest>(R"({"lifetime":18446744073709551615})"));
  EXPECT_EQ(fromJson<CreateTokenRequest>(R"({"lifetime":-1})")->lifetime, -1);
}

TEST(Json, carriesRawJsonUnchanged) {
  const auto event = fromJson<ServerSentEvent>(R"({"type":"ping","data":null})");
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(toJson(*event), R"({"type":"ping","data":null})");
  EXPECT_EQ(toJson(AuditDiffField{.old = RawJson{R"("a")"}, .new_ = RawJson{"2"}, .secret = false}),
            R"({"old":"a","new":2,"secret":false})");
}

TEST(Json, assignsToNullables) {
  WorkspaceBuild build;
  build.deadline = kNoTime;
  EXPECT_TRUE(build.deadline.has_value());
  build.deadline = std::nullopt;
  EXPECT_FALSE(build.deadline.has_value());
}
