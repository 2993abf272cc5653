#include "tests/integration/core/server/ServerFixture.h"

#include "core/server/auth/ApiKeys.h"
#include "core/server/auth/Users.h"
#include "core/store/Agents.h"
#include "core/store/ApiKeys.h"
#include "core/store/Builds.h"
#include "core/store/Files.h"
#include "core/store/Jobs.h"
#include "core/store/Organizations.h"
#include "core/store/Resources.h"
#include "core/store/Templates.h"
#include "core/store/Workspaces.h"

namespace berth::server::testing {

namespace {

using store::Transaction;

struct Person {
  UserId id;
  OrganizationId organization;
  std::string token;
};

Result<Person> addOwner(Transaction& tx, WallTime now) {
  TRY_ASSIGN(const auto organization, ensureDefaultOrganization(tx, now));
  store::UserRecord user;
  user.id = UserId::random();
  user.email = "me@example.com";
  user.username = "me";
  user.roles = {"owner"};
  user.createdAt = user.updatedAt = now;
  TRY(insertNewUser(tx, user, std::array{organization.id}));
  const auto key = makeApiKey(user.id, LoginType::Password, kSessionLifetime, now, "127.0.0.1");
  TRY(store::insertApiKey(tx, key.record));
  return Person{user.id, organization.id, std::string(key.token.reveal())};
}

store::TemplateVersionParameterRecord parameter(TemplateVersionId version, std::string name, std::string value) {
  store::TemplateVersionParameterRecord out;
  out.templateVersionId = version;
  out.name = std::move(name);
  out.defaultValue = std::move(value);
  out.formType = "input";
  return out;
}

}  // namespace

ServerFixture::ServerFixture()
    : directory(std::filesystem::path(::testing::TempDir()) / ("server-" + Uuid::random().toString())) {
  std::filesystem::create_directories(directory);
  auto opened = store::Store::open(directory / "berth.db");
  if (!opened) throw std::runtime_error(opened.error().message());
  store = *std::move(opened);
  const auto person = inStore([now = clock.wallNow()](Transaction& tx) { return addOwner(tx, now); });
  userId = person.id;
  organization = person.organization;
  token = person.token;
  deployment.defaultOrganization = organization;
  services.emplace(Services{
      .store = *store, .events = events, .clock = clock, .deployment = deployment, .credentials = &credentials});
  authenticator.emplace(*store, clock);
  pipeline.emplace(router, *services, *authenticator, PipelineOptions{.limitsRates = false, .observer = {}});
  server = http::makeServer(io.get_executor());
  const auto port = server->listen("127.0.0.1:0");
  if (!port) throw std::runtime_error(port.error().message());
  server->serve(pipeline->handler());
  client = http::makeClient(io.get_executor(), http::Url{"http", "127.0.0.1", *port, ""},
                            {.defaultHeaders = {{"Coder-Session-Token", token}}});
}

ServerFixture::~ServerFixture() {
  events.close();
  await(server->stop(std::chrono::milliseconds(300)));
  client.reset();
  store->stop();
  std::filesystem::remove_all(directory);
}

void ServerFixture::await(Task<void> task) {
  (void)await([](Task<void> inner) -> Task<bool> {
    co_await std::move(inner);
    co_return true;
  }(std::move(task)));
}

Reply ServerFixture::send(std::string method, std::string target, const json::value& body) {
  http::Request request{std::move(method), std::move(target), {}, body.is_null() ? "" : json::serialize(body)};
  const auto response = await(client->send(std::move(request)));
  if (!response) throw std::runtime_error(response.error().message());
  boost::system::error_code noJson;
  auto parsed = json::parse(response->body, noJson);
  return {response->status, noJson ? json::value(response->body) : parsed, response->headers};
}

void ServerFixture::addTemplate() {
  templateId = TemplateId::random();
  versionId = TemplateVersionId::random();
  inStore([now = clock.wallNow(), of = templateId, version = versionId, user = userId,
           in = organization](Transaction& tx) -> Result<bool> {
    store::FileRecord file{FileId::random(), "00", user, now, "application/x-tar", {}};
    TRY(store::insertFile(tx, file));
    store::JobRecord job;
    job.id = JobId::random();
    job.createdAt = job.updatedAt = now;
    job.organizationId = in;
    job.initiatorId = user;
    job.fileId = file.id;
    job.tags = {{"owner", ""}, {"scope", "organization"}};
    job.input.templateVersionId = version;
    TRY(store::insertJob(tx, job));
    TRY(store::acquireJob(tx, WorkerId::random(), now));
    TRY(store::completeJob(tx, job.id, now));
    store::TemplateRecord record;
    record.id = of;
    record.createdAt = record.updatedAt = now;
    record.organizationId = in;
    record.name = "docker";
    record.activeVersionId = version;
    record.createdBy = user;
    store::TemplateVersionRecord row;
    row.id = version;
    row.organizationId = in;
    row.createdAt = row.updatedAt = now;
    row.name = "first";
    row.jobId = job.id;
    row.createdBy = user;
    TRY(store::insertTemplateVersion(tx, row));
    TRY(store::insertTemplate(tx, record));
    row.templateId = of;
    TRY(store::updateTemplateVersion(tx, row));
    auto greeting = parameter(version, "greeting", "hello");
    greeting.isMutable = true;
    TRY(store::insertTemplateVersionParameter(tx, greeting));
    auto size = parameter(version, "size", "1");
    size.type = ParameterType::Number;
    size.validationMin = 1;
    size.validationMax = 4;
    size.position = 1;
    TRY(store::insertTemplateVersionParameter(tx, size));
    return true;
  });
}

void ServerFixture::finishBuild(BuildId id) {
  agentId = AgentId::random();
  agentToken = Uuid::random();
  const auto job =
      inStore([now = clock.wallNow(), id, agentRow = agentId, secret = agentToken](Transaction& tx) -> Result<JobId> {
        TRY_ASSIGN(auto build, store::getBuild(tx, id));
        TRY(store::acquireJob(tx, WorkerId::random(), now));
        TRY(store::insertJobLogs(
            tx, build.jobId,
            {{0, build.jobId, now, LogSource::ProvisionerDaemon, LogLevel::Info, "Setting up", ""},
             {0, build.jobId, now, LogSource::Provisioner, LogLevel::Info, "Starting workspace", "done"}}));
        if (build.transition == Transition::Start) {
          store::ResourceRecord resource;
          resource.id = ResourceId::random();
          resource.createdAt = now;
          resource.jobId = build.jobId;
          resource.type = "docker_container";
          resource.name = "workspace";
          TRY(store::insertResource(tx, resource));
          store::AgentRecord agent;
          agent.id = agentRow;
          agent.resourceId = resource.id;
          agent.createdAt = agent.updatedAt = now;
          agent.name = "main";
          agent.authToken = secret;
          agent.architecture = "amd64";
          agent.operatingSystem = "linux";
          agent.connectionTimeoutSeconds = 120;
          TRY(store::insertAgent(tx, agent));
        }
        TRY(store::completeJob(tx, build.jobId, now));
        if (build.transition == Transition::Delete) TRY(store::markWorkspaceDeleted(tx, build.workspaceId, now));
        return build.jobId;
      });
  events.publish(Topic::JobLog, job);
  events.publish(Topic::Job, job);
}

json::value ServerFixture::makeWorkspace() {
  addTemplate();
  const auto made =
      send("POST", "/api/v2/users/me/workspaces", {{"template_id", templateId.toString()}, {"name", "box"}});
  if (made.status != 201) throw std::runtime_error(json::serialize(made.body));
  finishBuild(*BuildId::parse(std::string(made.body.at("latest_build").at("id").as_string())));
  return made.body;
}

}  // namespace berth::server::testing
