#include "app/cli/ManPage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include "app/cli/Context.h"
#include "app/cli/Program.h"

namespace berth::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

// Every command that --help shows, by its whole name.
void collect(const CLI::App& parent, const std::string& path, std::map<std::string, const CLI::App*>& commands) {
  for (const auto* command : parent.get_subcommands([](const CLI::App* each) { return !each->get_group().empty(); })) {
    commands[path + " " + command->get_name()] = command;
    collect(*command, path + " " + command->get_name(), commands);
  }
}

std::string withDashes(std::string name) {
  for (auto at = name.find('-'); at != std::string::npos; at = name.find('-', at + 2)) name.insert(at, "\\");
  return name;
}

TEST(ManPage, hasEveryCommandWithItsOptions) {
  CLI::App app;
  Context context("berth");
  declareProgram(app, context);
  const std::string page = manPage(app);
  std::map<std::string, const CLI::App*> commands;
  collect(app, "berth", commands);
  ASSERT_TRUE(commands.contains("berth create"));
  ASSERT_TRUE(commands.contains("berth templates versions list"));
  for (const auto& [name, command] : commands) {
    const auto at = page.find(".SS \\fB" + withDashes(name) + "\\fR");
    ASSERT_NE(at, std::string::npos) << name;
    const std::string section = page.substr(at, page.find("\n.S", at) - at);
    for (const auto* option : command->get_options()) {
      if (option == command->get_help_ptr()) continue;
      for (const auto& flag : option->get_lnames()) EXPECT_THAT(section, HasSubstr(withDashes("--" + flag))) << name;
    }
  }
  EXPECT_THAT(page, Not(HasSubstr("berth man"))) << "hidden commands stay hidden";
}

TEST(ManPage, leavesNoLineThatReadsAsARequest) {
  CLI::App app(".hidden files\n'quoted'", "x-y");
  const std::string page = manPage(app);
  EXPECT_THAT(page, HasSubstr("\n\\&.hidden files\n\\&'quoted'."));
}

}  // namespace
}  // namespace berth::cli
