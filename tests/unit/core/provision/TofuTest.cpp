// What goes to OpenTofu and what comes from it: environment, choice of the program, lines of output.
#include <gmock/gmock.h>
#include <unistd.h>

#include "core/provision/BundledTemplates.h"
#include "core/provision/Environment.h"
#include "core/provision/Files.h"
#include "core/provision/JobDirectory.h"
#include "core/provision/TofuEvent.h"

using namespace berth;
using namespace berth::provision;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

namespace {

std::vector<std::string> textsOf(const TofuEvent& event) {
  std::vector<std::string> texts;
  for (const auto& line : event.lines) texts.push_back(line.text);
  return texts;
}

}  // namespace

TEST(TofuEvent, readsProgressOfResources) {
  const auto event = parseTofuLine(
      R"({"@level":"info","@message":"x.y[0]: Creation complete after 0s","type":"apply_complete","hook":{"resource":{"addr":"x.y[0]","implied_provider":"x"},"action":"create","id_key":"id","id_value":"i-1","elapsed_seconds":0}})");
  EXPECT_EQ(event.type, "apply_complete");
  EXPECT_EQ(event.resource, "x.y[0]");
  EXPECT_EQ(event.provider, "x");
  EXPECT_EQ(event.action, "create");
  EXPECT_EQ(event.resourceId, "i-1");
  EXPECT_THAT(textsOf(event), ElementsAre("x.y[0]: Creation complete after 0s"));
}

TEST(TofuEvent, showsDiagnosticsWithFileAndLine) {
  const auto event = parseTofuLine(
      R"({"@level":"error","@message":"Error: Unsupported argument","type":"diagnostic","diagnostic":{"severity":"error","summary":"Unsupported argument","detail":"No such argument.","range":{"filename":"main.tf","start":{"line":2}},"snippet":{"context":"resource \"x\" \"y\"","code":"  bad = var.a","start_line":2,"values":[{"traversal":"var.a","statement":"is 1"}]}}})");
  EXPECT_THAT(textsOf(event), ElementsAre("Error: Unsupported argument",
                                          "on main.tf line 2, in resource \"x\" \"y\":", "  2:   bad = var.a",
                                          "    ├────────────────", "    │ var.a is 1", "", "No such argument."));
  EXPECT_EQ(event.problem, "Unsupported argument (main.tf line 2): No such argument.");
  for (const auto& line : event.lines) EXPECT_EQ(line.level, LogLevel::Error);
}

TEST(TofuEvent, takesAnyText) {
  EXPECT_THAT(textsOf(parseTofuLine("plain words")), ElementsAre("plain words"));
  EXPECT_THAT(textsOf(parseTofuLine("{broken")), ElementsAre("{broken"));
  EXPECT_TRUE(parseTofuLine("  \t").lines.empty());
  EXPECT_EQ(parseTofuLine(R"({"@message":1,"hook":[],"diagnostic":3,"changes":null})").problem, "");
  EXPECT_THAT(textsOf(parseTofuLine(std::string(5000, '{'))), testing::SizeIs(1));
}

TEST(Environment, keepsOurOwnSettingsFromTheHost) {
  ToolSettings settings;
  settings.hostEnvironment = {"PATH=/bin", "CODER_AGENT_TOKEN=secret", "BERTH_X=1", "DOCKER_HOST=unix:///d"};
  const auto base = baseEnvironment(settings, "/work/tofu.rc", "/work/plugins");
  EXPECT_THAT(base, Contains("PATH=/bin"));
  EXPECT_THAT(base, Contains("DOCKER_HOST=unix:///d"));
  EXPECT_THAT(base, Contains("TF_CLI_CONFIG_FILE=/work/tofu.rc"));
  EXPECT_THAT(base, Contains("TF_PLUGIN_CACHE_DIR=/work/plugins"));
  EXPECT_THAT(base, Not(Contains(HasSubstr("secret"))));
  EXPECT_THAT(base, Not(Contains(StartsWith("BERTH_"))));
}

TEST(Environment, tellsTheProviderAboutTheWorkspace) {
  WorkspaceEnvironment workspace;
  workspace.transition = Transition::Delete;
  workspace.ownerRoles = {"owner"};
  const auto environment = workspaceEnvironment({}, workspace, {{"region", "eu"}}, {{"region", "us"}});
  // SHA-256 of "region" (reference/provisioning.md 2.2).
  const auto hash = sha256Hex("region");
  EXPECT_EQ(hash.size(), 64u);
  EXPECT_THAT(environment, Contains("CODER_PARAMETER_" + hash + "=eu"));
  EXPECT_THAT(environment, Contains("CODER_PARAMETER_PREVIOUS_" + hash + "=us"));
  EXPECT_THAT(environment, Contains("CODER_WORKSPACE_TRANSITION=destroy"));
  EXPECT_THAT(environment, Contains("CODER_WORKSPACE_OWNER_GROUPS=[]"));
  EXPECT_THAT(environment, Contains(R"(CODER_WORKSPACE_OWNER_RBAC_ROLES=[{"name":"owner","org_id":""}])"));
  EXPECT_THAT(environment, Contains(StartsWith("CODER_AGENT_SCRIPT_linux_arm64=#!/bin/sh")));
}

TEST(AgentScript, leavesTheProviderItsPlaceholders) {
  const auto script = agentScript("arm64");
  EXPECT_THAT(script, HasSubstr("${ACCESS_URL}bin/coder-linux-arm64"));
  EXPECT_THAT(script, HasSubstr("CODER_AGENT_AUTH=\"${AUTH_TYPE}\""));
  EXPECT_THAT(script, Not(HasSubstr("${ARCH}")));
}

TEST(Tool, comparesVersions) {
  EXPECT_TRUE(isVersionAtLeast("1.12.6", "1.9.0"));
  EXPECT_TRUE(isVersionAtLeast("1.9.0", "1.9.0"));
  EXPECT_TRUE(isVersionAtLeast("1.13.0-dev", "1.12.6"));
  EXPECT_FALSE(isVersionAtLeast("1.0.11", "1.1.0"));
  EXPECT_FALSE(isVersionAtLeast("", "1.1.0"));
}

TEST(Tool, writesNoMirrorThatIsNotThere) {
  EXPECT_THAT(cliConfiguration("/no/mirror"), Not(HasSubstr("filesystem_mirror")));
}

TEST(ProcessMark, knowsItsProcessAndNoOther) {
  const auto own = ProcessMark::of(::getpid());
  ASSERT_TRUE(own);
  EXPECT_TRUE(own->isRunning());
  EXPECT_FALSE((ProcessMark{own->id, own->startTime + "0"}).isRunning());
}

TEST(BundledTemplates, haveTheDockerOneWithItsDescription) {
  const auto* docker = findBundledTemplate("docker");
  ASSERT_NE(docker, nullptr);
  EXPECT_EQ(docker->displayName, "Docker container");
  EXPECT_THAT(docker->tags, ElementsAre("docker", "container"));
  ASSERT_EQ(docker->files.size(), 2u);
  EXPECT_EQ(docker->files[1].path, "main.tf");
  EXPECT_THAT(docker->files[1].content, HasSubstr("resource \"coder_agent\" \"main\""));
  EXPECT_EQ(findBundledTemplate("none"), nullptr);
}
