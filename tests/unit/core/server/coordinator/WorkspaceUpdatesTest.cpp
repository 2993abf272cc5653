#include "core/server/coordinator/WorkspaceUpdates.h"

#include <gtest/gtest.h>

using namespace berth;
using namespace berth::server;

TEST(WorkspaceUpdates, sayWhatCameWentAndChanged) {
  const auto kept = WorkspaceId::random(), gone = WorkspaceId::random(), added = WorkspaceId::random();
  const auto agent = AgentId::random();
  const WorkspaceSnapshot before{
      .workspaces = {{kept, {"kept", WorkspaceStatus::Starting}}, {gone, {"gone", WorkspaceStatus::Stopped}}},
      .agents = {}};
  const WorkspaceSnapshot after{
      .workspaces = {{kept, {"kept", WorkspaceStatus::Running}}, {added, {"added", WorkspaceStatus::Pending}}},
      .agents = {{agent, {"main", kept}}}};
  const auto update = differenceOf(before, after);
  EXPECT_EQ(update.upserted_workspaces_size(), 2);
  ASSERT_EQ(update.deleted_workspaces_size(), 1);
  EXPECT_EQ(update.deleted_workspaces(0).name(), "gone");
  ASSERT_EQ(update.upserted_agents_size(), 1);
  EXPECT_EQ(rpc::uuidFromWire(update.upserted_agents(0).workspace_id()), kept.value);
  EXPECT_EQ(differenceOf(after, after).ByteSizeLong(), 0U);
  EXPECT_EQ(differenceOf({}, after).upserted_workspaces_size(), 2);
}
