#include <gmock/gmock.h>

#include "core/store/Agents.h"
#include "core/store/Apps.h"
#include "core/store/Builds.h"
#include "core/store/Workspaces.h"
#include "tests/integration/provision/Deployment.h"

using namespace berth;
using namespace berth::provision::test;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

const store::TextMap kParameters = {
    {"region", "us"}, {"cores", "3"}, {"debug", "false"}, {"repos", "[\"api\"]"}, {"project", "web"}};

std::vector<store::AgentRecord> agentsOf(Deployment& deployment, const store::WorkspaceRecord& workspace) {
  return *deployment.store().runBlocking(
      [id = workspace.id](store::Transaction& tx) { return store::listCurrentAgents(tx, id); });
}

}  // namespace

TEST(Build, startsStopsAndDeletes) {
  BERTH_REQUIRE_TOFU();
  Deployment deployment;
  deployment.startWorker();
  const auto version = deployment.push(recordedTemplate());
  ASSERT_EQ(deployment.finished(version.jobId).status(), JobStatus::Succeeded);
  const auto workspace = deployment.createWorkspace(version);

  const auto started = deployment.build(workspace, version, Transition::Start, kParameters);
  const auto job = deployment.finished(started.jobId);
  ASSERT_EQ(job.status(), JobStatus::Succeeded) << job.error << deployment.logOf(job.id);
  EXPECT_THAT(deployment.stagesOf(job.id), ElementsAre("Setting up", "Initializing Terraform Directory",
                                                       "Planning Infrastructure", "Starting workspace", "Cleaning Up"));
  EXPECT_TRUE(deployment.logContains(job.id, "[Starting workspace] terraform_data.workspace[0]: Creation complete"));
  auto agents = agentsOf(deployment, workspace);
  ASSERT_EQ(agents.size(), 1u);
  EXPECT_THAT(deployment.stateOf(started.id), HasSubstr(agents[0].authToken.toString()));
  // The whole bootstrap script arrives with both placeholders replaced.
  EXPECT_THAT(deployment.stateOf(started.id), HasSubstr("http://127.0.0.1:3700/bin/coder-linux-"));
  EXPECT_THAT(deployment.stateOf(started.id), HasSubstr("CODER_AGENT_AUTH=\\\"token\\\""));
  const auto appsBefore =
      *deployment.store().runBlocking([id = agents[0].id](store::Transaction& tx) { return store::listApps(tx, id); });
  EXPECT_EQ(appsBefore.size(), 2u);

  const auto stopped = deployment.build(workspace, version, Transition::Stop, kParameters);
  ASSERT_EQ(deployment.finished(stopped.jobId).status(), JobStatus::Succeeded);
  EXPECT_TRUE(agentsOf(deployment, workspace).empty());
  EXPECT_TRUE(deployment.logContains(stopped.jobId, "[Stopping workspace] terraform_data.workspace[0]: Destruction"));

  const auto deleted = deployment.build(workspace, version, Transition::Delete, kParameters);
  ASSERT_EQ(deployment.finished(deleted.jobId).status(), JobStatus::Succeeded) << deployment.logOf(deleted.jobId);
  EXPECT_THAT(deployment.stateOf(deleted.id), testing::Not(HasSubstr("\"type\"")));
  const auto after = *deployment.store().runBlocking(
      [id = workspace.id](store::Transaction& tx) { return store::getWorkspace(tx, id); });
  EXPECT_TRUE(after.deleted);
  EXPECT_TRUE(std::filesystem::is_empty(deployment.jobsDirectory()));
}

TEST(Build, givesParametersToTheTemplate) {
  BERTH_REQUIRE_TOFU();
  Deployment deployment;
  deployment.startWorker();
  auto files = recordedTemplate();
  files["extra.tf"] =
      "resource \"terraform_data\" \"seen\" {\n  input = \"${data.coder_parameter.region.value} "
      "${data.coder_parameter.cores.value} ${data.coder_workspace.me.name} "
      "${data.coder_workspace_owner.me.name}\"\n}\n";
  const auto version = deployment.push(files);
  ASSERT_EQ(deployment.finished(version.jobId).status(), JobStatus::Succeeded);
  const auto workspace = deployment.createWorkspace(version);
  const auto built = deployment.build(workspace, version, Transition::Start, kParameters);
  ASSERT_EQ(deployment.finished(built.jobId).status(), JobStatus::Succeeded);
  EXPECT_THAT(deployment.stateOf(built.id), HasSubstr(std::format("us 3 {} alice", workspace.name)));
  // The provider checks against the previous build's value.
  auto fewer = kParameters;
  fewer["cores"] = "1";
  const auto refused = deployment.build(workspace, version, Transition::Start, fewer);
  const auto job = deployment.finished(refused.jobId);
  EXPECT_EQ(job.status(), JobStatus::Failed);
  EXPECT_THAT(job.error, HasSubstr("must be equal or greater than previous value: 3"));
  EXPECT_EQ(deployment.stateOf(refused.id), deployment.stateOf(built.id));
}

TEST(Build, keepsTheStateOfAFailedApply) {
  BERTH_REQUIRE_TOFU();
  Deployment deployment;
  deployment.startWorker();
  const Files files = {{"main.tf", R"(
resource "terraform_data" "first" {
  input = "made"
}
resource "terraform_data" "second" {
  input = terraform_data.first.id
  provisioner "local-exec" {
    command = "exit 3"
  }
}
)"}};
  const auto version = deployment.push(files);
  ASSERT_EQ(deployment.finished(version.jobId).status(), JobStatus::Succeeded);
  const auto workspace = deployment.createWorkspace(version);
  const auto failed = deployment.build(workspace, version, Transition::Start);
  const auto job = deployment.finished(failed.jobId);
  EXPECT_EQ(job.status(), JobStatus::Failed);
  EXPECT_THAT(job.error, HasSubstr("exit status 3"));
  EXPECT_THAT(deployment.stateOf(failed.id), HasSubstr("\"first\""));
  const auto deleted = deployment.build(workspace, version, Transition::Delete);
  EXPECT_EQ(deployment.finished(deleted.jobId).status(), JobStatus::Succeeded);
}

TEST(Build, deletesWhatWasNeverBuilt) {
  BERTH_REQUIRE_TOFU();
  Deployment deployment;
  deployment.startWorker();
  const auto version = deployment.push(recordedTemplate());
  const auto workspace = deployment.createWorkspace(version);
  const auto deleted = deployment.build(workspace, version, Transition::Delete);
  EXPECT_EQ(deployment.finished(deleted.jobId).status(), JobStatus::Succeeded);
  EXPECT_TRUE(deployment.logContains(deleted.jobId, "there is nothing to do"));
}
