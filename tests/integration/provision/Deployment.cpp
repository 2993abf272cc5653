#include "tests/integration/provision/Deployment.h"

#include "core/provision/Archive.h"
#include "core/provision/Files.h"
#include "core/store/Builds.h"
#include "core/store/Files.h"
#include "core/store/Jobs.h"
#include "core/store/Organizations.h"
#include "core/store/Templates.h"
#include "core/store/Users.h"
#include "core/store/Workspaces.h"

namespace berth::provision::test {

namespace {

namespace fs = std::filesystem;

constexpr auto kPatience = std::chrono::seconds(60);

WallTime wallNow() { return SystemClock().wallNow(); }

template <typename T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace

std::string readTestData(std::string_view path) {
  const fs::path source = std::getenv("BERTH_SOURCE_DIR");
  return must(readFile(source / "tests/data/provision" / path, 1024 * 1024));
}

Files recordedTemplate() { return {{"main.tf", readTestData("full/main.tf")}}; }

std::string missingTool() {
  const auto settings = defaultToolSettings();
  asio::io_context io;
  Result<Tool> tool = fail(ErrorCode::Internal, "");
  asio::co_spawn(
      io, [](Result<Tool>& into, ToolSettings from) -> Task<void> { into = co_await findTool(from); }(tool, settings),
      asio::detached);
  io.run();
  if (!tool) return tool.error().message();
  if (mirroredProviders(settings.providerMirror).empty())
    return std::format("no provider mirror in {}", settings.providerMirror.string());
  return {};
}

Deployment::Deployment() : m_directory(fs::temp_directory_path() / ("berth-provision-" + Uuid::random().toString())) {
  fs::create_directories(m_directory);
  m_store = must(store::Store::open(m_directory / "berth.db"));
  must(m_store->runBlocking([this](store::Transaction& tx) -> Result<void> {
    auto organization = store::getDefaultOrganization(tx);
    if (!organization) {
      store::OrganizationRecord record;
      record.id = OrganizationId::random();
      record.name = "default";
      record.createdAt = record.updatedAt = wallNow();
      record.isDefault = true;
      TRY(store::insertOrganization(tx, record));
      organization = record;
    }
    m_organization = organization->id;
    store::UserRecord user;
    user.id = m_user = UserId::random();
    user.username = "alice";
    user.email = "alice@example.com";
    user.createdAt = user.updatedAt = user.lastSeenAt = wallNow();
    return store::insertUser(tx, user);
  }));
}

Deployment::~Deployment() {
  if (m_worker) stopWorker();
  m_store->stop();
  fs::remove_all(m_directory);
}

void Deployment::startWorker() {
  m_io = std::make_unique<asio::io_context>();
  WorkerOptions options;
  options.tool = defaultToolSettings();
  options.directory = m_directory / "provision";
  options.accessUrl = "http://127.0.0.1:3700";
  options.version = "v0.0.0-test";
  m_worker = std::make_unique<Worker>(m_io->get_executor(), *m_store, std::move(options), WorkerEvents{});
  m_worker->start();
}

bool Deployment::stopWorker() {
  bool isStopped = false;
  const auto begin = std::chrono::steady_clock::now();
  asio::co_spawn(
      *m_io,
      [](Worker& worker, bool& done) -> Task<void> {
        co_await worker.stop();
        done = true;
      }(*m_worker, isStopped),
      asio::detached);
  waitUntil([&] { return isStopped; });
  const auto took = std::chrono::steady_clock::now() - begin;
  loseWorker();
  return isStopped && took < std::chrono::seconds(1);
}

void Deployment::loseWorker() {
  m_worker.reset();
  // Lets coroutines see that they are alone; a killed server would not even do that.
  m_io->run_for(std::chrono::milliseconds(100));
  m_io.reset();
}

void Deployment::cancel(JobId id) {
  must(m_store->runBlocking([id](store::Transaction& tx) { return store::cancelJob(tx, id, wallNow()); }));
  m_worker->cancel(id);
}

JobId Deployment::insertJob(JobType type, FileId file, store::JobInput input) {
  store::JobRecord job;
  job.id = JobId::random();
  job.createdAt = job.updatedAt = wallNow();
  job.organizationId = m_organization;
  job.initiatorId = m_user;
  job.type = type;
  job.fileId = file;
  job.input = std::move(input);
  job.tags = {{"scope", "organization"}, {"owner", ""}};
  must(m_store->runBlocking([job](store::Transaction& tx) { return store::insertJob(tx, job); }));
  return job.id;
}

store::TemplateVersionRecord Deployment::push(const Files& files, std::vector<store::NamedValue> variables) {
  std::vector<ArchiveEntry> entries;
  for (const auto& [path, content] : files) entries.push_back({.path = path, .content = content});
  store::FileRecord file;
  file.id = FileId::random();
  file.data = must(writeTar(entries));
  file.hash = file.id.toString();
  file.createdBy = m_user;
  file.createdAt = wallNow();
  file.mimetype = "application/x-tar";
  must(m_store->runBlocking([file](store::Transaction& tx) { return store::insertFile(tx, file); }));

  store::TemplateVersionRecord version;
  version.id = TemplateVersionId::random();
  version.organizationId = m_organization;
  version.createdAt = version.updatedAt = wallNow();
  version.name = std::format("version-{}", ++m_count);
  version.createdBy = m_user;
  version.jobId = insertJob(JobType::TemplateVersionImport, file.id,
                            {.templateVersionId = version.id,
                             .buildId = {},
                             .workspaceName = {},
                             .richParameterValues = {},
                             .userVariableValues = std::move(variables),
                             .logLevel = {}});
  must(m_store->runBlocking([version](store::Transaction& tx) { return store::insertTemplateVersion(tx, version); }));
  m_worker->wake();
  return version;
}

store::WorkspaceRecord Deployment::createWorkspace(const store::TemplateVersionRecord& version) {
  store::TemplateRecord used;
  used.id = TemplateId::random();
  used.createdAt = used.updatedAt = wallNow();
  used.organizationId = m_organization;
  used.name = std::format("template-{}", ++m_count);
  used.activeVersionId = version.id;
  used.createdBy = m_user;
  store::WorkspaceRecord workspace;
  workspace.id = WorkspaceId::random();
  workspace.createdAt = workspace.updatedAt = workspace.lastUsedAt = wallNow();
  workspace.ownerId = m_user;
  workspace.organizationId = m_organization;
  workspace.templateId = used.id;
  workspace.name = std::format("ws-{}", m_count);
  must(m_store->runBlocking([used, workspace](store::Transaction& tx) -> Result<void> {
    TRY(store::insertTemplate(tx, used));
    return store::insertWorkspace(tx, workspace);
  }));
  return workspace;
}

store::BuildRecord Deployment::build(const store::WorkspaceRecord& workspace,
                                     const store::TemplateVersionRecord& version, Transition transition,
                                     const store::TextMap& parameters) {
  store::BuildRecord build;
  build.id = BuildId::random();
  build.createdAt = build.updatedAt = wallNow();
  build.workspaceId = workspace.id;
  build.templateVersionId = version.id;
  build.transition = transition;
  build.initiatorId = m_user;
  const auto importJob = job(version.jobId);
  build.jobId = insertJob(JobType::WorkspaceBuild, importJob.fileId,
                          {.templateVersionId = {},
                           .buildId = build.id,
                           .workspaceName = {},
                           .richParameterValues = {},
                           .userVariableValues = {},
                           .logLevel = {}});
  must(m_store->runBlocking([&](store::Transaction& tx) -> Result<void> {
    TRY_ASSIGN(const auto latest, store::findLatestBuild(tx, workspace.id));
    Bytes state;
    if (latest) {
      TRY_ASSIGN(state, store::getBuildState(tx, latest->id));
    }
    build.buildNumber = latest ? latest->buildNumber + 1 : 1;
    TRY(store::insertBuild(tx, build, state));
    for (const auto& [name, value] : parameters) TRY(store::insertBuildParameter(tx, {build.id, name, value}));
    return {};
  }));
  m_worker->wake();
  return build;
}

store::JobRecord Deployment::job(JobId id) {
  return must(m_store->runBlocking([id](store::Transaction& tx) { return store::getJob(tx, id); }));
}

store::JobRecord Deployment::finished(JobId id) {
  EXPECT_TRUE(waitUntil([&] { return job(id).completedAt.has_value(); })) << logOf(id);
  return job(id);
}

bool Deployment::waitUntil(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    m_io->run_for(std::chrono::milliseconds(10));
  }
  return true;
}

void Deployment::runFor(std::chrono::milliseconds time) { m_io->run_for(time); }

std::string Deployment::logOf(JobId id) {
  std::string text;
  const auto lines = must(m_store->runBlocking([id](store::Transaction& tx) { return store::listJobLogs(tx, id); }));
  for (const auto& line : lines) text += std::format("{} [{}] {}\n", toString(line.level), line.stage, line.output);
  return text;
}

std::vector<std::string> Deployment::stagesOf(JobId id) {
  std::vector<std::string> stages;
  const auto lines = must(m_store->runBlocking([id](store::Transaction& tx) { return store::listJobLogs(tx, id); }));
  for (const auto& line : lines)
    if (stages.empty() || stages.back() != line.stage) stages.push_back(line.stage);
  return stages;
}

std::string Deployment::stateOf(BuildId id) {
  const auto state = must(m_store->runBlocking([id](store::Transaction& tx) { return store::getBuildState(tx, id); }));
  return std::string(asText(state));
}

}  // namespace berth::provision::test
