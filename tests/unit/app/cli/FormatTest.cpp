#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/cli/Durations.h"
#include "app/cli/Json.h"
#include "app/cli/Table.h"

namespace berth::cli {
namespace {

using namespace std::chrono_literals;

TEST(Durations, parse) {
  EXPECT_EQ(parseDuration("90s"), 90s);
  EXPECT_EQ(parseDuration("1h30m"), 90min);
  EXPECT_EQ(parseDuration("250ms"), 250ms);
  EXPECT_EQ(parseDuration("1.5s"), 1500ms);
  EXPECT_EQ(parseDuration("0"), 0ms);
  for (const char* bad : {"", "5", "s", "-1s", "1x", "1s2", "1e99h"}) EXPECT_FALSE(parseDuration(bad)) << bad;
}

TEST(Durations, format) {
  EXPECT_EQ(formatDuration(250ms), "250ms");
  EXPECT_EQ(formatDuration(5s), "5s");
  EXPECT_EQ(formatDuration(90min), "1h30m0s");
}

TEST(Durations, formatAge) {
  const WallTime now{std::chrono::seconds(1'000'000)};
  EXPECT_EQ(formatAge(now - 5s, now), "now");
  EXPECT_EQ(formatAge(now - 5min, now), "5m ago");
  EXPECT_EQ(formatAge(now - 49h, now), "2d ago");
  EXPECT_EQ(formatAge(kNoTime, now), "never");
}

TEST(Json, indents) {
  EXPECT_EQ(indentJson(R"([{"a":"x, {y}: \"z\"","b":[],"c":{},"d":[1,null]}])"),
            "[\n  {\n    \"a\": \"x, {y}: \\\"z\\\"\",\n    \"b\": [],\n    \"c\": {},\n    \"d\": [\n      1,\n"
            "      null\n    ]\n  }\n]");
  EXPECT_EQ(indentJson("\"text\""), "\"text\"");
}

TEST(Table, alignsColumns) {
  EXPECT_EQ(formatTable({"name", "status"}, {{"me/bäx", "Started"}, {"x", ""}}), "NAME    STATUS\nme/bäx  Started\nx");
}

TEST(Table, choosesColumns) {
  const std::vector<Column<int>> all{{"one", [](const int& i) { return std::to_string(i); }},
                                     {"two", [](const int& i) { return std::to_string(2 * i); }}};
  const auto chosen = chooseColumns(all, {"TWO", "one"});
  ASSERT_TRUE(chosen);
  EXPECT_EQ(formatTable(*chosen, std::vector{4}), "TWO  ONE\n8    4");
  const auto unknown = chooseColumns(all, {"three"});
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message(), testing::HasSubstr("one, two"));
}

}  // namespace
}  // namespace berth::cli
