#include "app/cli/WorkspaceName.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::cli {
namespace {

struct Row {
  const char* text;
  const char* owner;
  const char* workspace;
  const char* agent;
};

class WorkspaceNameTable : public testing::TestWithParam<Row> {};

TEST_P(WorkspaceNameTable, isTakenApart) {
  const auto& row = GetParam();
  const auto name = parseWorkspaceName(row.text);
  ASSERT_TRUE(name) << row.text;
  EXPECT_EQ(name->owner, row.owner) << row.text;
  EXPECT_EQ(name->workspace, row.workspace) << row.text;
  EXPECT_EQ(name->agent, row.agent) << row.text;
}

INSTANTIATE_TEST_SUITE_P(All, WorkspaceNameTable,
                         testing::Values(Row{"box", "me", "box", ""}, Row{"my-box", "me", "my-box", ""},
                                         Row{"box.main", "me", "box", "main"}, Row{"bob/box", "bob", "box", ""},
                                         Row{"bob--box", "bob", "box", ""}, Row{"bob/box.main", "bob", "box", "main"},
                                         Row{"bob--box.main", "bob", "box", "main"},
                                         Row{"bob--box--main", "bob", "box", "main"},
                                         Row{"bob/box--main", "bob", "box", "main"},
                                         Row{"main.box.bob", "bob", "box", "main"}));

TEST(WorkspaceName, refusesWhatIsNone) {
  for (const char* bad : {"", "a/b/c/d", "a//b", ".box", "box."}) EXPECT_FALSE(parseWorkspaceName(bad)) << bad;
}

TEST(WorkspaceName, checksNewNames) {
  EXPECT_TRUE(checkNewName("my-box-2", "workspace"));
  EXPECT_EQ(checkNewName("my box", "template").error().message(),
            "\"my box\" cannot be the name of a template: take letters, digits and single dashes between them, at most "
            "32, and neither \"new\" nor \"create\"");
}

TEST(WorkspaceName, stripsHostNames) {
  EXPECT_EQ(stripHostName("coder.box", "coder.", ""), "box");
  EXPECT_EQ(stripHostName("box.coder", "", "coder"), "box");
  EXPECT_EQ(stripHostName("encoder", "", "coder"), "encoder");
  EXPECT_EQ(stripHostName("box", "coder.", "coder"), "box");
}

api::Workspace workspaceWith(const std::vector<std::string>& agents) {
  api::Workspace workspace;
  workspace.name = "box";
  auto& resource = workspace.latest_build.resources.emplace_back();
  resource.agents.emplace();
  for (const auto& name : agents) {
    auto& agent = resource.agents->emplace_back();
    agent.name = name;
  }
  return workspace;
}

TEST(ChooseAgent, takesTheOnlyOneOrTheNamedOne) {
  EXPECT_EQ(chooseAgent(workspaceWith({"main"}), "")->name, "main");
  EXPECT_EQ(chooseAgent(workspaceWith({"main", "gpu"}), "gpu")->name, "gpu");
}

TEST(ChooseAgent, listsTheAgentsWhenItCannotChoose) {
  const auto several = chooseAgent(workspaceWith({"main", "gpu"}), "");
  ASSERT_FALSE(several);
  EXPECT_THAT(several.error().message(), testing::HasSubstr("available agents: [main, gpu]"));
  EXPECT_THAT(chooseAgent(workspaceWith({"main"}), "x").error().message(), testing::HasSubstr("[main]"));
  EXPECT_EQ(chooseAgent(workspaceWith({}), "").error().code(), ErrorCode::NotFound);
}

TEST(ChooseAgent, leavesSubAgentsOut) {
  auto workspace = workspaceWith({"main", "container"});
  workspace.latest_build.resources[0].agents->at(1).parent_id = AgentId::random();
  EXPECT_EQ(chooseAgent(workspace, "")->name, "main");
  EXPECT_EQ(chooseAgent(workspace, "container")->name, "container");
}

}  // namespace
}  // namespace berth::cli
