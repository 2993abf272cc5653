#include "app/cli/SshConfigFile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

SshSection plainSection() {
  return {.prefix = "coder.",
          .suffix = "coder",
          .hostOptions = mergeHostOptions({}, {}),
          .program = "/usr/bin/berth",
          .globalConfig = "/home/me/.config/berth"};
}

// reference/agent-and-ide.md 6.9
TEST(SshConfigFile, writesTheSectionThatStockClientsKnow) {
  EXPECT_EQ(formatSection(plainSection()),
            "# ------------START-CODER-----------\n"
            "# This section is managed by coder. DO NOT EDIT.\n"
            "#\n"
            "# You should not hand-edit this section unless you are removing it, all\n"
            "# changes will be lost when running \"coder config-ssh\".\n"
            "#\n"
            "Host coder.*\n"
            "\tConnectTimeout=0\n"
            "\tStrictHostKeyChecking=no\n"
            "\tUserKnownHostsFile=/dev/null\n"
            "\tLogLevel ERROR\n"
            "\tProxyCommand /usr/bin/berth --global-config /home/me/.config/berth ssh --stdio --ssh-host-prefix coder. "
            "%h\n"
            "\n"
            "Host *.coder\n"
            "\tConnectTimeout=0\n"
            "\tStrictHostKeyChecking=no\n"
            "\tUserKnownHostsFile=/dev/null\n"
            "\tLogLevel ERROR\n"
            "\n"
            "Match host *.coder !exec \"/usr/bin/berth connect exists %h\"\n"
            "\tProxyCommand /usr/bin/berth --global-config /home/me/.config/berth ssh --stdio --hostname-suffix coder "
            "%h\n"
            "# ------------END-CODER------------");
}

TEST(SshConfigFile, remembersOptions) {
  auto section = plainSection();
  section.options = {
      .wait = "yes", .hostPrefix = "ws.", .disablesAutostart = true, .sshOptions = {"ForwardAgent=yes", "SetEnv=A=b"}};
  const auto text = formatSection(section);
  EXPECT_EQ(parseOptions(text), section.options);
  EXPECT_THAT(text, HasSubstr("# Last config-ssh options:\n# :wait=yes\n"));
  EXPECT_THAT(text, HasSubstr("ssh --stdio --wait=yes --disable-autostart=true --ssh-host-prefix"));
}

TEST(SshConfigFile, addsItsSectionBehindWhatIsThere) {
  const auto added = replaceSection("Host x\n  User y\n",
                                    "# ------------START-CODER-----------\nA\n"
                                    "# ------------END-CODER------------");
  ASSERT_TRUE(added);
  EXPECT_EQ(*added,
            "Host x\n  User y\n\n# ------------START-CODER-----------\nA\n# ------------END-CODER------------\n");
}

TEST(SshConfigFile, replacesItsSectionAndNothingElse) {
  const std::string old = "# ------------START-CODER-----------\nold\n# ------------END-CODER------------";
  const std::string fresh = "# ------------START-CODER-----------\nnew\n# ------------END-CODER------------";
  EXPECT_EQ(replaceSection("before\n" + old + "\nafter\n", fresh), "before\n" + fresh + "\nafter\n");
  EXPECT_EQ(replaceSection("before\n" + fresh + "\nafter\n", fresh), "before\n" + fresh + "\nafter\n");
}

TEST(SshConfigFile, takesItsSectionOutAgain) {
  const std::string section = "# ------------START-CODER-----------\nA\n# ------------END-CODER------------";
  for (const std::string before : {"", "Host x\n  User y\n"})
    EXPECT_EQ(removeSection(*replaceSection(before, section)), before);
  EXPECT_EQ(removeSection("before\n" + section + "\nafter\n"), "before\nafter\n");
  EXPECT_EQ(removeSection("Host x\n"), "Host x\n");
  EXPECT_FALSE(removeSection(section + section));
}

TEST(SshConfigFile, refusesWhatItCannotUnderstand) {
  const std::string start = "# ------------START-CODER-----------\n";
  const std::string end = "# ------------END-CODER------------\n";
  for (const auto& bad : {start, end, end + start, start + end + start + end}) {
    const auto result = splitConfig(bad);
    ASSERT_FALSE(result) << bad;
    EXPECT_THAT(result.error().message(), testing::StartsWith("Malformed config:"));
  }
}

TEST(SshConfigFile, putsTheUsersOptionsFirst) {
  EXPECT_THAT(mergeHostOptions({"ForwardAgent=yes", "LogLevel=", "ConnectTimeout=5"}, {{"Compression", "yes"}}),
              ElementsAre("ForwardAgent=yes", "ConnectTimeout=5", "Compression=yes", "ConnectTimeout=0",
                          "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null"));
}

TEST(SshConfigFile, quotesPathsWithBlanks) {
  auto section = plainSection();
  section.program = "/opt/my tools/berth";
  const auto text = formatSection(section);
  EXPECT_THAT(text, HasSubstr("ProxyCommand \"/opt/my tools/berth\" --global-config"));
  EXPECT_THAT(text, HasSubstr("!exec \"/opt/my\\ tools/berth connect exists %h\""));
}

TEST(SshConfigFile, leavesOutBlocksWithoutAName) {
  auto section = plainSection();
  section.suffix.clear();
  EXPECT_THAT(formatSection(section), Not(HasSubstr("Match host")));
  section = plainSection();
  section.options.isPerWorkspace = true;
  section.workspaces = {"one", "two"};
  EXPECT_THAT(formatSection(section), HasSubstr("Host two.coder\n"));
}

}  // namespace
}  // namespace berth::cli
