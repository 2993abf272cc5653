#include "core/agent/Environment.h"

#include <gmock/gmock.h>

namespace berth::agent {
namespace {

std::string lookUp(std::string_view name) {
  if (name == "HOME") return "/home/dev";
  return name == "PROJECT" ? "berth" : "";
}

Manifest exampleManifest() {
  Manifest manifest;
  manifest.ownerName = "alice";
  manifest.workspaceName = "dev";
  manifest.agentName = "main";
  manifest.environment = {{"GREETING", "hello $NAME"}, {"EDITOR", "vi"}};
  manifest.secrets.push_back({.environmentName = "API_KEY", .filePath = "", .value = Secret("hidden")});
  return manifest;
}

EnvironmentInputs exampleInputs() {
  return {.process = {{"PATH", "/usr/bin"}, {"NAME", "world"}, {"LANG", "C"}},
          .client = {{"LANG", "de_DE.UTF-8"}, {"FOO", "bar"}, {"CODER_SSH_SESSION_TYPE", "vscode"}, {"EDITOR", "ed"}},
          .user = {"dev", "/home/dev", "/bin/zsh"},
          .agentBinary = "/opt/coder",
          .scriptDirectory = "/tmp/bin"};
}

TEST(Environment, expandsVariables) {
  EXPECT_EQ(expandVariables("$HOME/${PROJECT}x/$NOTHING.", lookUp), "/home/dev/berthx/.");
  EXPECT_EQ(expandVariables("5$ and ${open", lookUp), "5$ and ${open");
}

TEST(Environment, expandsDirectories) {
  EXPECT_EQ(expandPath("~", "/home/dev", lookUp), "/home/dev");
  EXPECT_EQ(expandPath("~/src", "/home/dev", lookUp), "/home/dev/src");
  EXPECT_EQ(expandPath("src/$PROJECT", "/home/dev", lookUp), "/home/dev/src/berth");
  EXPECT_EQ(expandPath("/srv", "/home/dev", lookUp), "/srv");
  EXPECT_EQ(expandPath("", "/home/dev", lookUp), "");
}

TEST(Environment, hasTheFixedSet) {
  const auto lines = buildEnvironment(exampleInputs(), exampleManifest(), Secret("token"));
  EXPECT_THAT(lines, testing::IsSupersetOf(
                         {"CODER=true", "CODER_WORKSPACE_NAME=dev", "CODER_WORKSPACE_OWNER_NAME=alice",
                          "CODER_WORKSPACE_AGENT_NAME=main", "CODER_AGENT_TOKEN=token", "GIT_ASKPASS=/opt/coder",
                          "GIT_SSH_COMMAND=/opt/coder gitssh --", "USER=dev", "SHELL=/bin/zsh", "HOME=/home/dev"}));
}

TEST(Environment, processWinsOverClientAndManifestOverBoth) {
  const auto lines = buildEnvironment(exampleInputs(), exampleManifest(), Secret("token"));
  EXPECT_EQ(findVariable(lines, "LANG"), "C");
  EXPECT_EQ(findVariable(lines, "FOO"), "bar");
  EXPECT_EQ(findVariable(lines, "EDITOR"), "vi");
  EXPECT_EQ(findVariable(lines, "GREETING"), "hello world");
  EXPECT_EQ(findVariable(lines, "API_KEY"), "hidden");
}

TEST(Environment, hidesTheSessionTypeAndPutsScriptsFirstInPath) {
  const auto lines = buildEnvironment(exampleInputs(), exampleManifest(), Secret("token"));
  EXPECT_EQ(findVariable(lines, "CODER_SSH_SESSION_TYPE"), "");
  EXPECT_EQ(findVariable(lines, "PATH"), "/tmp/bin:/usr/bin");
}

TEST(Environment, setVariableReplacesOrAdds) {
  std::vector<std::string> lines{"TERM=dumb", "TERMCAP=x"};
  setVariable(lines, "TERM", "xterm");
  setVariable(lines, "SSH_TTY", "/dev/pts/1");
  EXPECT_THAT(lines, testing::ElementsAre("TERM=xterm", "TERMCAP=x", "SSH_TTY=/dev/pts/1"));
}

}  // namespace
}  // namespace berth::agent
