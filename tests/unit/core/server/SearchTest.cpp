#include "core/server/workspaces/Search.h"

#include <gtest/gtest.h>

namespace berth::server {
namespace {

TEST(Search_, readsKeysBareTermsAndQuotes) {
  const auto terms = parseSearch(R"(owner:"me" My Box param:"a b=c:d")", "m");
  ASSERT_TRUE(terms);
  EXPECT_EQ(terms->bare, "my box");
  ASSERT_EQ(terms->keys.size(), 2U);
  EXPECT_EQ(terms->keys[0], (std::pair<std::string, std::string>("owner", "me")));
  EXPECT_EQ(terms->keys[1], (std::pair<std::string, std::string>("param", "a b=c:d")));
}

TEST(Search_, grammarErrorsNameTheQuery) {
  for (const auto* query : {"a:b:c", ":a", "a:"}) {
    const auto filter = parseWorkspaceFilter(query, "me");
    ASSERT_FALSE(filter) << query;
    EXPECT_EQ(filter.error().status, 400);
    EXPECT_EQ(filter.error().message, "Invalid workspace search query.");
    EXPECT_EQ(filter.error().validations.at(0).field, "q");
  }
}

TEST(Search_, badKeysAndValuesNameTheKey) {
  const std::pair<const char*, const char*> rows[] = {
      {"foo:bar", "foo"},           {"status:nope", "status"}, {"outdated:maybe", "outdated"},
      {"owner:a owner:b", "owner"}, {"id:xyz", "id"},          {"has-agent:x", "has-agent"}};
  for (const auto& [query, field] : rows) {
    const auto filter = parseWorkspaceFilter(query, "me");
    ASSERT_FALSE(filter) << query;
    EXPECT_EQ(filter.error().validations.at(0).field, field);
  }
  EXPECT_EQ(parseWorkspaceFilter("foo:bar", "me").error().validations.at(0).detail,
            "\"foo\" is not a valid query param");
}

TEST(Search_, readsAWorkspaceFilter) {
  const auto filter = parseWorkspaceFilter(
      "owner:me status:running has-agent:connected,timeout dormant:t last_used_after:\"2026-01-02T03:04:05Z\" param:x",
      "Alice");
  ASSERT_TRUE(filter);
  EXPECT_EQ(filter->owner, "alice");
  EXPECT_EQ(filter->status, WorkspaceStatus::Running);
  EXPECT_EQ(filter->hasAgent, (std::vector{AgentStatus::Connected, AgentStatus::Timeout}));
  EXPECT_TRUE(filter->onlyDormant);
  EXPECT_TRUE(filter->lastUsedAfter);
  EXPECT_EQ(filter->parameters.at(0).first, "x");
}

TEST(Search_, bareTermIsNameOrOwnerAndName) {
  EXPECT_EQ(parseWorkspaceFilter("box", "me")->nameContains, "box");
  const auto both = parseWorkspaceFilter("bob/box", "me");
  EXPECT_EQ(both->owner, "bob");
  EXPECT_EQ(both->exactName, "box");
}

}  // namespace
}  // namespace berth::server
