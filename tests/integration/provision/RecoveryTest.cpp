#include <gmock/gmock.h>

#include <csignal>

#include "core/provision/Files.h"
#include "core/provision/JobDirectory.h"
#include "tests/integration/provision/Deployment.h"

using namespace berth;
using namespace berth::provision;
using namespace berth::provision::test;
using testing::HasSubstr;

namespace {

// One resource is made at once; the other takes long, and ends early when OpenTofu is interrupted.
const Files kSlow = {{"main.tf", R"(
resource "terraform_data" "first" {
  input = "made"
}
resource "terraform_data" "slow" {
  input = terraform_data.first.id
  provisioner "local-exec" {
    command = "sleep 60"
  }
}
)"}};

struct Building {
  store::WorkspaceRecord workspace;
  store::TemplateVersionRecord version;
  store::BuildRecord build;
};

// A start build that stands in the middle of its apply.
Building inTheMiddle(Deployment& deployment, const Files& files) {
  Building building;
  building.version = deployment.push(files);
  EXPECT_EQ(deployment.finished(building.version.jobId).status(), JobStatus::Succeeded);
  building.workspace = deployment.createWorkspace(building.version);
  building.build = deployment.build(building.workspace, building.version, Transition::Start);
  EXPECT_TRUE(deployment.waitUntil([&] {
    return deployment.logContains(building.build.jobId, "Provisioning with 'local-exec'");
  })) << deployment.logOf(building.build.jobId);
  return building;
}

WorkDirectory workOf(Deployment& deployment, const Building& building) {
  return JobDirectory(deployment.jobsDirectory(), building.build.jobId).work();
}

void expectDeletable(Deployment& deployment, const Building& building) {
  const auto deleted = deployment.build(building.workspace, building.version, Transition::Delete);
  EXPECT_EQ(deployment.finished(deleted.jobId).status(), JobStatus::Succeeded) << deployment.logOf(deleted.jobId);
  EXPECT_TRUE(deployment.logContains(deleted.jobId, "terraform_data.first: Destruction complete"))
      << deployment.logOf(deleted.jobId) << deployment.stateOf(building.build.id);
}

}  // namespace

TEST(Recovery, cancelInterruptsOnceAndKeepsTheState) {
  BERTH_REQUIRE_TOFU();
  Deployment deployment;
  deployment.startWorker();
  const auto building = inTheMiddle(deployment, kSlow);
  deployment.cancel(building.build.jobId);
  const auto job = deployment.finished(building.build.jobId);
  EXPECT_THAT(job.error, HasSubstr("interrupted because the job was cancelled"));
  EXPECT_THAT(deployment.stateOf(building.build.id), HasSubstr("\"first\""));
  expectDeletable(deployment, building);
}

TEST(Recovery, aKilledTofuLeavesItsState) {
  BERTH_REQUIRE_TOFU();
  Deployment deployment;
  deployment.startWorker();
  const auto building = inTheMiddle(deployment, kSlow);
  const auto process = ProcessMark::read(workOf(deployment, building).process());
  ASSERT_TRUE(process && process->isRunning());
  ::kill(process->id, SIGKILL);
  const auto job = deployment.finished(building.build.jobId);
  EXPECT_THAT(job.error, HasSubstr("signal 9"));
  EXPECT_TRUE(deployment.logContains(job.id, "terraform_data.first")) << deployment.logOf(job.id);
  EXPECT_THAT(deployment.stateOf(building.build.id), HasSubstr("\"first\""));
  expectDeletable(deployment, building);
}

TEST(Recovery, aKilledServerFailsTheJobAtItsNextStart) {
  BERTH_REQUIRE_TOFU();
  Deployment deployment;
  deployment.startWorker();
  const auto building = inTheMiddle(deployment, kSlow);
  const auto process = ProcessMark::read(workOf(deployment, building).process());
  deployment.loseWorker();
  ASSERT_TRUE(process && process->isRunning()) << "OpenTofu must go on without the server";
  EXPECT_FALSE(deployment.job(building.build.jobId).completedAt);

  deployment.startWorker();
  const auto job = deployment.finished(building.build.jobId);
  EXPECT_FALSE(process->isRunning());
  EXPECT_THAT(job.error, HasSubstr("The server ended while this job was running"));
  EXPECT_THAT(deployment.stateOf(building.build.id), HasSubstr("\"first\""));
  EXPECT_THAT(deployment.stateOf(building.build.id), HasSubstr("\"slow\""));
  EXPECT_TRUE(deployment.waitUntil([&] { return !std::filesystem::exists(workOf(deployment, building).path); }));
  expectDeletable(deployment, building);
}

TEST(Recovery, shutdownEndsWhatCanEndInTime) {
  BERTH_REQUIRE_TOFU();
  Deployment deployment;
  deployment.startWorker();
  const auto building = inTheMiddle(deployment, kSlow);
  EXPECT_TRUE(deployment.stopWorker());
  deployment.startWorker();
  const auto job = deployment.finished(building.build.jobId);
  EXPECT_THAT(job.error, testing::AnyOf(HasSubstr("the server shut down"), HasSubstr("The server ended")));
  expectDeletable(deployment, building);
}

TEST(Recovery, shutdownLeavesWhatNeedsLongerToTheNextStart) {
  BERTH_REQUIRE_TOFU();
  Deployment deployment;
  deployment.startWorker();
  const auto building = inTheMiddle(deployment, kSlow);
  // Held still, it cannot react to the interrupt in time.
  const auto process = ProcessMark::read(workOf(deployment, building).process());
  ASSERT_TRUE(process);
  ::kill(process->id, SIGSTOP);
  EXPECT_TRUE(deployment.stopWorker());
  EXPECT_FALSE(deployment.job(building.build.jobId).completedAt);
  EXPECT_TRUE(std::filesystem::exists(workOf(deployment, building).interrupted()));
  deployment.startWorker();
  deployment.runFor(std::chrono::milliseconds(200));
  EXPECT_FALSE(deployment.job(building.build.jobId).completedAt);
  ::kill(process->id, SIGCONT);
  EXPECT_EQ(deployment.finished(building.build.jobId).status(), JobStatus::Failed);
  EXPECT_THAT(deployment.stateOf(building.build.id), HasSubstr("\"slow\""));
  expectDeletable(deployment, building);
}

TEST(Recovery, aCrashedMachineLeavesNothingBehind) {
  BERTH_REQUIRE_TOFU();
  Deployment deployment;
  deployment.startWorker();
  const auto building = inTheMiddle(deployment, kSlow);
  const auto process = ProcessMark::read(workOf(deployment, building).process());
  ASSERT_TRUE(process);
  deployment.loseWorker();
  ::kill(-process->id, SIGKILL);
  deployment.startWorker();
  EXPECT_EQ(deployment.finished(building.build.jobId).status(), JobStatus::Failed);
  EXPECT_THAT(deployment.stateOf(building.build.id), HasSubstr("\"first\""));
  expectDeletable(deployment, building);
}
