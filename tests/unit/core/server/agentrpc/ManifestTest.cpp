#include "core/server/agentrpc/Manifest.h"

#include "tests/unit/core/store/Sample.h"

using namespace berth;
using namespace berth::server;
using rpc::agentpb::WorkspaceApp;

namespace {

const http::Url kUrl = *http::parseUrl("http://127.0.0.1:3000");

}  // namespace

class ManifestTest : public store::SampleTest {
 protected:
  rpc::agentpb::Manifest manifest(TunnelPolicy policy = {}) {
    return manifestOf(in([id = sample.agent.id](store::Transaction& tx) { return readManifestRecords(tx, id); }),
                      {kUrl, kNoStun, policy});
  }
};

TEST_F(ManifestTest, saysWhoTheAgentIs) {
  const auto m = manifest();
  EXPECT_EQ(rpc::uuidFromWire(m.agent_id()), sample.agent.id.value);
  EXPECT_EQ(rpc::uuidFromWire(m.workspace_id()), sample.workspace.id.value);
  EXPECT_EQ(m.agent_name(), "main");
  EXPECT_EQ(m.workspace_name(), "QuickStart");
  EXPECT_EQ(m.owner_username(), "Me");
  EXPECT_EQ(m.environment_variables().at("GREETING"), "hi");
  EXPECT_EQ(m.scripts(0).script(), "echo hi");
}

TEST_F(ManifestTest, passesTheTunnelPolicyOn) {
  EXPECT_FALSE(manifest().disable_direct_connections() || manifest().derp_force_websockets());
  EXPECT_TRUE(manifest({.blocksDirectPaths = true}).disable_direct_connections());
  EXPECT_TRUE(manifest({.forcesRelayWebSockets = true}).derp_force_websockets());
}

// What stock agents refuse or die of when it is missing (reference/tailnet.md 4.8, 7.3).
TEST_F(ManifestTest, mindsTheTrapsOfStockAgents) {
  const auto m = manifest();
  EXPECT_TRUE(m.derp_map().has_home_params());
  EXPECT_FALSE(m.has_parent_id());
  ASSERT_EQ(m.apps_size(), 1);
  EXPECT_TRUE(m.apps(0).has_healthcheck());
  EXPECT_EQ(m.apps(0).sharing_level(), WorkspaceApp::OWNER);
  EXPECT_EQ(m.apps(0).health(), WorkspaceApp::DISABLED);
  EXPECT_EQ(m.apps(0).id().size(), Uuid::kSize);
  EXPECT_EQ(m.scripts(0).id().size(), Uuid::kSize);
  EXPECT_EQ(m.scripts(0).log_source_id().size(), Uuid::kSize);
}

TEST_F(ManifestTest, putsTheSecondsOfMetadataWhereAgentsLookForThem) {
  in([this](store::Transaction& tx) {
    return store::insertAgentMetadata(tx, {.agentId = sample.agent.id,
                                           .key = "cpu",
                                           .script = "coder stat cpu",
                                           .intervalSeconds = 10,
                                           .timeoutSeconds = 1});
  });
  const auto m = manifest();
  ASSERT_EQ(m.metadata_size(), 1);
  EXPECT_EQ(m.metadata(0).interval().seconds(), 0);
  EXPECT_EQ(m.metadata(0).interval().nanos(), 10);
  EXPECT_EQ(m.metadata(0).timeout().nanos(), 1);
}
