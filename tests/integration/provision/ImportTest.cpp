#include <gmock/gmock.h>

#include "core/store/Agents.h"
#include "core/store/Resources.h"
#include "core/store/Templates.h"
#include "tests/integration/provision/Deployment.h"

using namespace berth;
using namespace berth::provision::test;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Import, findsParametersResourcesAndPresets) {
  BERTH_REQUIRE_TOFU();
  Deployment deployment;
  deployment.startWorker();
  const auto version = deployment.push(recordedTemplate());
  const auto job = deployment.finished(version.jobId);
  ASSERT_EQ(job.status(), JobStatus::Succeeded) << job.error << "\n" << deployment.logOf(job.id);
  EXPECT_THAT(deployment.stagesOf(job.id),
              ElementsAre("Setting up", "Initializing Terraform Directory", "Parsing template parameters",
                          "Detecting persistent resources", "Detecting ephemeral resources", "Cleaning Up"));
  const auto id = version.id;
  const auto read = [&](auto query) { return *deployment.store().runBlocking(query); };
  EXPECT_EQ(read([id](store::Transaction& tx) { return store::listTemplateVersionParameters(tx, id); }).size(), 5u);
  EXPECT_EQ(read([id](store::Transaction& tx) { return store::listPresets(tx, id); }).size(), 1u);
  const auto variables = read([id](store::Transaction& tx) { return store::listTemplateVersionVariables(tx, id); });
  ASSERT_EQ(variables.size(), 1u);
  EXPECT_EQ(variables[0].value, "eu");
  EXPECT_THAT(read([id](store::Transaction& tx) { return store::getCachedPlan(tx, id); }), HasSubstr("prior_state"));
  const auto jobId = version.jobId;
  const auto resources = read([jobId](store::Transaction& tx) { return store::listResources(tx, jobId); });
  EXPECT_EQ(std::ranges::count(resources, Transition::Start, &store::ResourceRecord::transition), 4);
  EXPECT_EQ(std::ranges::count(resources, Transition::Stop, &store::ResourceRecord::transition), 3);
  EXPECT_EQ(read([jobId](store::Transaction& tx) { return store::listAgentsOfJob(tx, jobId); }).size(), 1u);
}

TEST(Import, skipsInitWhenNothingChanged) {
  BERTH_REQUIRE_TOFU();
  Deployment deployment;
  deployment.startWorker();
  const auto first = deployment.push(recordedTemplate());
  ASSERT_EQ(deployment.finished(first.jobId).status(), JobStatus::Succeeded);
  EXPECT_TRUE(deployment.logContains(first.jobId, "Initializing provider plugins"));
  auto changed = recordedTemplate();
  changed["main.tf"] += "\noutput \"x\" {\n  value = 1\n}\n";
  const auto second = deployment.push(changed);
  ASSERT_EQ(deployment.finished(second.jobId).status(), JobStatus::Succeeded);
  EXPECT_FALSE(deployment.logContains(second.jobId, "Initializing provider plugins"));
  EXPECT_TRUE(deployment.logContains(second.jobId, "Providers are prepared already."));
}

TEST(Import, runsInitAgainWhenTheProvidersAreGone) {
  BERTH_REQUIRE_TOFU();
  Deployment deployment;
  deployment.startWorker();
  const auto first = deployment.push(recordedTemplate());
  ASSERT_EQ(deployment.finished(first.jobId).status(), JobStatus::Succeeded);
  for (const auto& kept : std::filesystem::directory_iterator(deployment.directory() / "provision/prepared"))
    std::filesystem::remove_all(kept.path() / ".terraform/providers");
  const auto second = deployment.push(recordedTemplate());
  const auto job = deployment.finished(second.jobId);
  EXPECT_EQ(job.status(), JobStatus::Succeeded) << job.error << deployment.logOf(job.id);
  EXPECT_TRUE(deployment.logContains(second.jobId, "Initializing provider plugins"));
}

TEST(Import, tellsWhereATemplateIsBroken) {
  BERTH_REQUIRE_TOFU();
  Deployment deployment;
  deployment.startWorker();
  struct Row {
    std::string text;
    std::vector<std::string> errorSays;
    std::string logSays;
  };
  const Row rows[] = {
      {"resource \"terraform_data\" \"a\" {\n  input = \n",
       {"main.tf line 2", "Invalid expression"},
       "on main.tf line 2"},
      {"resource \"terraform_data\" \"a\" {\n  nonsense = 1\n}\n",
       {"Unsupported argument", "main.tf line 2", "nonsense"},
       "  2:   nonsense = 1"},
      {"terraform {\n  required_providers {\n    x = { source = \"nobody/nothing\" }\n  }\n}\n",
       {"nobody/nothing"},
       ""},
  };
  for (const auto& row : rows) {
    const auto version = deployment.push({{"main.tf", row.text}});
    const auto job = deployment.finished(version.jobId);
    EXPECT_EQ(job.status(), JobStatus::Failed);
    for (const auto& part : row.errorSays) EXPECT_THAT(job.error, HasSubstr(part));
    EXPECT_THAT(deployment.logOf(job.id), HasSubstr(row.logSays));
  }
}

TEST(Import, asksForVariablesWithoutDefault) {
  BERTH_REQUIRE_TOFU();
  Deployment deployment;
  deployment.startWorker();
  const Files files = {
      {"main.tf",
       "variable \"size\" {\n  type = number\n}\nresource \"terraform_data\" \"a\" {\n  input = var.size\n}\n"}};
  const auto without = deployment.finished(deployment.push(files).jobId);
  EXPECT_EQ(without.errorCode, "REQUIRED_TEMPLATE_VARIABLES");
  EXPECT_THAT(without.error, HasSubstr("required template variables need values: size"));
  const auto with = deployment.finished(deployment.push(files, {{"size", "3"}}).jobId);
  EXPECT_EQ(with.status(), JobStatus::Succeeded) << with.error;
}

TEST(Import, takesALockFileThatTheMirrorCannotFollow) {
  BERTH_REQUIRE_TOFU();
  Deployment deployment;
  deployment.startWorker();
  auto files = recordedTemplate();
  files[".terraform.lock.hcl"] =
      "provider \"registry.opentofu.org/coder/coder\" {\n  version = \"0.0.1\"\n  hashes = [\n    \"h1:x=\",\n  ]\n}\n";
  const auto job = deployment.finished(deployment.push(files).jobId);
  EXPECT_EQ(job.status(), JobStatus::Succeeded) << job.error;
  EXPECT_TRUE(deployment.logContains(job.id, "which the provider mirror does not have"));
}
