#include "app/cli/Command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "app/cli/Context.h"

namespace berth::cli {
namespace {

using testing::ElementsAre;

TEST(SplitCsv, followsTheQuoting) {
  EXPECT_THAT(splitCsv("a"), ElementsAre("a"));
  EXPECT_THAT(splitCsv("a,b"), ElementsAre("a", "b"));
  EXPECT_THAT(splitCsv("\"a,b\",c"), ElementsAre("a,b", "c"));
  EXPECT_THAT(splitCsv("\"say \"\"hi\"\"\""), ElementsAre("say \"hi\""));
  EXPECT_THAT(splitCsv(""), ElementsAre(""));
}

TEST(SplitCsv, leavesOddQuotesAlone) {
  EXPECT_THAT(splitCsv("repos=[\"a\",\"b\"]"), ElementsAre("repos=[\"a\",\"b\"]"));
  EXPECT_THAT(splitCsv("\"open"), ElementsAre("\"open"));
}

struct Parsed {
  std::string workspace;
  std::vector<std::string> command;
  std::string config;
  std::vector<std::string> parameters;
  bool isSure = false;
  std::chrono::milliseconds wait{1000};
  std::int64_t count = 1;
};

// A command with one of each kind of option.
Parsed parse(std::vector<std::string> arguments) {
  static Parsed parsed;
  parsed = {};
  CLI::App app("test");
  Context context("berth");
  const Command root(app, context);
  root.option("--global-config", parsed.config, "", "CODER_TEST_CONFIG");
  const auto command = root.add("ssh", "");
  command.positional("workspace", parsed.workspace, "")
      .rest("command", parsed.command, "")
      .list("--parameter", parsed.parameters, "", "CODER_TEST_PARAMETER")
      .flag("--yes,-y", parsed.isSure, "")
      .option("--wait", parsed.wait, "", "", std::chrono::milliseconds(1))
      .number("--num,-n", parsed.count, {0, 10}, "");
  std::ranges::reverse(arguments);  // as CLI11 wants them
  app.parse(arguments);
  return parsed;
}

TEST(Command, takesWhatFollowsTheDashesAsItIs) {
  const auto parsed = parse({"ssh", "box", "--", "ls", "-la", "--yes"});
  EXPECT_EQ(parsed.workspace, "box");
  EXPECT_THAT(parsed.command, ElementsAre("ls", "-la", "--yes"));
  EXPECT_FALSE(parsed.isSure);
}

TEST(Command, takesGlobalOptionsAnywhere) {
  EXPECT_EQ(parse({"--global-config", "/a", "ssh", "box"}).config, "/a");
  EXPECT_EQ(parse({"ssh", "--global-config=/b", "box"}).config, "/b");
}

TEST(Command, takesGoStyleFlags) {
  EXPECT_TRUE(parse({"ssh", "box", "-y"}).isSure);
  EXPECT_TRUE(parse({"ssh", "box", "--yes=true"}).isSure);
  EXPECT_FALSE(parse({"ssh", "box", "--yes=false"}).isSure);
}

TEST(Command, collectsLists) {
  EXPECT_THAT(parse({"ssh", "box", "--parameter", "a=1", "--parameter", "b=2,c=3"}).parameters,
              ElementsAre("a=1", "b=2", "c=3"));
}

// A list takes one word each time, and leaves the next to what comes by position.
TEST(Command, listsTakeOneWordEach) {
  const auto parsed = parse({"ssh", "--parameter", "a=1,b=2", "box", "--", "ls"});
  EXPECT_THAT(parsed.parameters, ElementsAre("a=1", "b=2"));
  EXPECT_EQ(parsed.workspace, "box");
  EXPECT_THAT(parsed.command, ElementsAre("ls"));
}

TEST(Command, readsDurations) {
  EXPECT_EQ(parse({"ssh", "box", "--wait", "1m30s"}).wait, std::chrono::seconds(90));
  EXPECT_THROW(parse({"ssh", "box", "--wait", "soon"}), CLI::ValidationError);
}

TEST(Command, namesTheRangeOfNumbers) {
  EXPECT_EQ(parse({"ssh", "box", "-n", "10"}).count, 10);
  for (const char* bad : {"-3", "11", "x", "99999999999999999999"}) {
    try {
      parse({"ssh", "box", "-n", bad});
      ADD_FAILURE() << bad << " was taken";
    } catch (const CLI::ParseError& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr(std::string(bad) + " is not a number from 0 to 10"));
    }
  }
  EXPECT_THROW(parse({"ssh", "box", "--wait", "0s"}), CLI::ValidationError);
}

TEST(Command, readsBothEnvironmentNames) {
  ::setenv("CODER_TEST_CONFIG", "/coder", 1);
  EXPECT_EQ(parse({"ssh", "box"}).config, "/coder");
  ::setenv("BERTH_TEST_CONFIG", "/berth", 1);
  EXPECT_EQ(parse({"ssh", "box"}).config, "/berth");
  EXPECT_EQ(parse({"--global-config", "/flag", "ssh", "box"}).config, "/flag");
  ::unsetenv("CODER_TEST_CONFIG");
  ::unsetenv("BERTH_TEST_CONFIG");
}

}  // namespace
}  // namespace berth::cli
