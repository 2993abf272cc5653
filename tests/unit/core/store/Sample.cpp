#include "Sample.h"

#include <cstdlib>

namespace berth::store {

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "berth-store-XXXXXX").string();
  m_path = ::mkdtemp(name.data());
}
TemporaryFolder::~TemporaryFolder() { std::filesystem::remove_all(m_path); }

StoreTest::StoreTest() {
  auto opened = Store::open(folder.path() / "berth.db");
  if (!opened) throw std::runtime_error(opened.error().message());
  store = *std::move(opened);
}

Sample makeSample() {
  Sample s;
  s.organization = {.id = OrganizationId::random(),
                    .name = "coder",
                    .displayName = "Coder",
                    .description = "",
                    .icon = "",
                    .createdAt = at(0),
                    .updatedAt = at(0),
                    .isDefault = true,
                    .defaultOrgMemberRoles = {"organization-workspace-access"}};
  s.user.id = UserId::random();
  s.user.email = "Me@Example.com";
  s.user.username = "Me";
  s.user.roles = {"owner"};
  s.user.createdAt = at(1);
  s.user.appearance = {{"theme_preference", "dark"}};
  s.file = {.id = FileId::random(),
            .hash = "abc",
            .createdBy = s.user.id,
            .createdAt = at(2),
            .mimetype = "application/x-tar",
            .data = toBytes(asBytes(std::string_view("ta\0r", 4)))};
  s.importJob.id = JobId::random();
  s.importJob.createdAt = at(3);
  s.importJob.organizationId = s.organization.id;
  s.importJob.initiatorId = s.user.id;
  s.importJob.fileId = s.file.id;
  s.importJob.tags = {{"owner", ""}, {"scope", "organization"}};
  s.version.id = TemplateVersionId::random();
  s.version.organizationId = s.organization.id;
  s.version.createdAt = at(3);
  s.version.name = "brave_newton1";
  s.version.jobId = s.importJob.id;
  s.version.createdBy = s.user.id;
  s.importJob.input.templateVersionId = s.version.id;
  s.aTemplate.id = TemplateId::random();
  s.aTemplate.organizationId = s.organization.id;
  s.aTemplate.name = "docker";
  s.aTemplate.activeVersionId = s.version.id;
  s.aTemplate.createdBy = s.user.id;
  s.workspace.id = WorkspaceId::random();
  s.workspace.createdAt = at(4);
  s.workspace.ownerId = s.user.id;
  s.workspace.organizationId = s.organization.id;
  s.workspace.templateId = s.aTemplate.id;
  s.workspace.name = "QuickStart";
  s.buildJob = s.importJob;
  s.buildJob.id = JobId::random();
  s.buildJob.type = JobType::WorkspaceBuild;
  s.buildJob.createdAt = at(5);
  s.build.id = BuildId::random();
  s.build.createdAt = at(5);
  s.build.workspaceId = s.workspace.id;
  s.build.templateVersionId = s.version.id;
  s.build.buildNumber = 1;
  s.build.initiatorId = s.user.id;
  s.build.jobId = s.buildJob.id;
  s.buildJob.input = {};
  s.buildJob.input.buildId = s.build.id;
  s.resource.id = ResourceId::random();
  s.resource.jobId = s.buildJob.id;
  s.resource.type = "docker_container";
  s.resource.name = "workspace";
  s.agent.id = AgentId::random();
  s.agent.resourceId = s.resource.id;
  s.agent.createdAt = at(6);
  s.agent.name = "main";
  s.agent.authToken = Uuid::random();
  s.agent.environmentVariables = {{"GREETING", "hi"}};
  s.agent.displayApps = {DisplayApp::Vscode, DisplayApp::SshHelper};
  s.script.id = ScriptId::random();
  s.script.agentId = s.agent.id;
  s.script.logSourceId = LogSourceId::random();
  s.script.script = "echo hi";
  s.app.id = AppId::random();
  s.app.agentId = s.agent.id;
  s.app.slug = "web";
  return s;
}

Result<void> insertSample(Transaction& tx, const Sample& s) {
  TRY(insertOrganization(tx, s.organization));
  TRY(insertUser(tx, s.user));
  TRY(insertOrganizationMember(
      tx,
      {.userId = s.user.id, .organizationId = s.organization.id, .createdAt = at(1), .updatedAt = at(1), .roles = {}}));
  TRY(insertFile(tx, s.file));
  TRY(insertJob(tx, s.importJob));
  TRY(insertTemplateVersion(tx, s.version));
  TRY(insertTemplate(tx, s.aTemplate));
  auto attached = s.version;
  attached.templateId = s.aTemplate.id;
  TRY(updateTemplateVersion(tx, attached));
  TRY(insertWorkspace(tx, s.workspace));
  TRY(insertNextBuild(tx, s));
  TRY(insertAgentScript(tx, s.script));
  return putApp(tx, s.app);
}

Sample nextBuild(const Sample& sample) {
  Sample next = sample;
  next.buildJob.id = JobId::random();
  next.build.id = BuildId::random();
  next.build.jobId = next.buildJob.id;
  next.build.buildNumber += 1;
  next.resource.id = ResourceId::random();
  next.resource.jobId = next.buildJob.id;
  next.agent.id = AgentId::random();
  next.agent.resourceId = next.resource.id;
  next.agent.createdAt += std::chrono::minutes(1);
  return next;
}

Result<void> insertNextBuild(Transaction& tx, const Sample& s) {
  TRY(insertJob(tx, s.buildJob));
  TRY(insertBuild(tx, s.build, asBytes(std::string_view("{}"))));
  TRY(insertResource(tx, s.resource));
  return insertAgent(tx, s.agent);
}

SampleTest::SampleTest() {
  in([this](Transaction& tx) { return insertSample(tx, sample); });
}

}  // namespace berth::store
