#include <gmock/gmock.h>

#include <cstdlib>

#include "core/provision/BundledTemplates.h"
#include "core/store/Agents.h"
#include "tests/integration/provision/Deployment.h"

using namespace berth;
using namespace berth::provision;
using namespace berth::provision::test;

namespace {

bool hasDocker() { return std::system("docker image inspect berth-base:latest >/dev/null 2>&1") == 0; }

bool exists(const std::string& what) {
  return std::system(("docker inspect " + what + " >/dev/null 2>&1").c_str()) == 0;
}

Files bundledDocker() {
  Files files;
  for (const auto& file : findBundledTemplate("docker")->files) files[file.path] = file.content;
  return files;
}

}  // namespace

TEST(Docker, bundledTemplateMakesContainerAndKeepsTheVolume) {
  BERTH_REQUIRE_TOFU();
  if (!hasDocker()) GTEST_SKIP() << "no Docker engine with the image berth-base:latest";
  Deployment deployment;
  deployment.startWorker();
  const auto version = deployment.push(bundledDocker());
  const auto imported = deployment.finished(version.jobId);
  ASSERT_EQ(imported.status(), JobStatus::Succeeded) << imported.error;
  RecordProperty("importMs", std::to_string((*imported.completedAt - imported.createdAt).count() / 1000));
  const auto workspace = deployment.createWorkspace(version);
  const std::string container = std::format("coder-alice-{}-{}", workspace.name, workspace.id.toString().substr(0, 8));
  const std::string volume = "coder-" + workspace.id.toString() + "-home";
  const store::TextMap parameters = {{"image", "berth-base:latest"}, {"dotfiles_url", ""}};

  const auto started = deployment.finished(deployment.build(workspace, version, Transition::Start, parameters).jobId);
  ASSERT_EQ(started.status(), JobStatus::Succeeded) << started.error << deployment.logOf(started.id);
  RecordProperty("startMs", std::to_string((*started.completedAt - started.createdAt).count() / 1000));
  EXPECT_TRUE(exists(container));
  EXPECT_TRUE(exists(volume));

  const auto stopped = deployment.finished(deployment.build(workspace, version, Transition::Stop, parameters).jobId);
  EXPECT_EQ(stopped.status(), JobStatus::Succeeded) << stopped.error;
  EXPECT_FALSE(exists(container));
  EXPECT_TRUE(exists(volume));

  const auto deleted = deployment.finished(deployment.build(workspace, version, Transition::Delete, parameters).jobId);
  EXPECT_EQ(deleted.status(), JobStatus::Succeeded) << deleted.error;
  EXPECT_FALSE(exists(volume));
}
