#include "core/agent/life/ManifestCodec.h"

#include <gtest/gtest.h>

namespace berth::agent {
namespace {

rpc::agentpb::Manifest exampleManifest() {
  rpc::agentpb::Manifest wire;
  wire.set_agent_id(std::string(16, '\x01'));
  wire.set_workspace_id(std::string(16, '\x02'));
  wire.set_owner_username("alice");
  wire.set_directory("~/src");
  (*wire.mutable_environment_variables())["A"] = "b";
  return wire;
}

TEST(ManifestCodec, takesWhatIsThere) {
  auto wire = exampleManifest();
  auto& script = *wire.add_scripts();
  script.set_id(std::string(16, '\x03'));
  script.set_log_source_id(std::string(16, '\x04'));
  script.set_script("echo hi");
  script.set_run_on_start(true);
  script.mutable_timeout()->set_seconds(30);
  const auto manifest = fromWire(wire);
  ASSERT_TRUE(manifest) << manifest.error().message();
  EXPECT_EQ(manifest->ownerName, "alice");
  EXPECT_EQ(manifest->environment.at("A"), "b");
  ASSERT_EQ(manifest->scripts.size(), 1U);
  EXPECT_EQ(manifest->scripts[0].timeout, std::chrono::seconds(30));
  EXPECT_TRUE(manifest->scripts[0].runsOnStart);
  EXPECT_FALSE(manifest->parentId);
}

TEST(ManifestCodec, metadataSecondsTravelAsNanoseconds) {
  auto wire = exampleManifest();
  auto& item = *wire.add_metadata();
  item.set_key("load");
  item.mutable_interval()->set_nanos(10);
  item.mutable_timeout()->set_nanos(1);
  const auto manifest = fromWire(wire);
  ASSERT_TRUE(manifest);
  EXPECT_EQ(manifest->metadata[0].interval, std::chrono::seconds(10));
  EXPECT_EQ(manifest->metadata[0].timeout, std::chrono::seconds(1));
}

// What brings a stock agent down (reference/tailnet.md 4.8, 7.3).
TEST(ManifestCodec, takesWhatStockAgentsCrashOn) {
  auto wire = exampleManifest();
  wire.add_apps()->set_id(std::string(16, '\x05'));  // no health check, no health, no sharing level
  wire.mutable_derp_map();                           // no home_params
  const auto manifest = fromWire(wire);
  ASSERT_TRUE(manifest) << manifest.error().message();
  ASSERT_EQ(manifest->apps.size(), 1U);
  EXPECT_EQ(manifest->apps[0].health, AppHealth::Unspecified);
  EXPECT_TRUE(manifest->apps[0].healthUrl.empty());
}

TEST(ManifestCodec, boundsTimes) {
  auto wire = exampleManifest();
  auto& item = *wire.add_metadata();
  item.mutable_interval()->set_seconds(std::numeric_limits<std::int64_t>::max());
  item.mutable_timeout()->set_seconds(std::numeric_limits<std::int64_t>::min());
  auto& script = *wire.add_scripts();
  script.set_id(std::string(16, '\x03'));
  script.set_log_source_id(std::string(16, '\x04'));
  script.mutable_timeout()->set_seconds(std::numeric_limits<std::int64_t>::max());
  const auto manifest = fromWire(wire);
  ASSERT_TRUE(manifest) << manifest.error().message();
  constexpr std::chrono::seconds kForever = std::chrono::years(100);
  EXPECT_EQ(manifest->metadata[0].interval, kForever);
  EXPECT_EQ(manifest->metadata[0].timeout, std::chrono::seconds(0));
  EXPECT_EQ(manifest->scripts[0].timeout, kForever);
}

TEST(ManifestCodec, refusesBadIdsByName) {
  auto nil = exampleManifest();
  nil.set_agent_id(std::string(16, '\0'));
  EXPECT_FALSE(fromWire(nil));
  auto shortId = exampleManifest();
  shortId.set_workspace_id("abc");
  const auto manifest = fromWire(shortId);
  ASSERT_FALSE(manifest);
  EXPECT_EQ(manifest.error().message(), "manifest: workspace_id has 3 bytes, not 16");
}

}  // namespace
}  // namespace berth::agent
