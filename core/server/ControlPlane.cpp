#include "core/server/ControlPlane.h"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "core/base/Log.h"
#include "core/base/Random.h"
#include "core/base/TaskGroup.h"
#include "core/base/Version.h"
#include "core/provision/Worker.h"
#include "core/server/AgentBinaries.h"
#include "core/server/DirectoryLock.h"
#include "core/server/DockerBridge.h"
#include "core/server/Services.h"
#include "core/server/agentrpc/AgentRpc.h"
#include "core/server/auth/Credentials.h"
#include "core/server/auth/SessionAuthenticator.h"
#include "core/server/auth/Users.h"
#include "core/server/coordinator/Coordinator.h"
#include "core/server/http/Pipeline.h"
#include "core/server/routes/Changes.h"
#include "core/server/routes/RouteTable.h"
#include "core/store/Agents.h"
#include "core/store/Settings.h"
#include "core/store/Workspaces.h"

namespace berth::server {

namespace {

constexpr const char* kDatabaseName = "berth.db";
constexpr std::size_t kKeySize = 32;
constexpr std::chrono::milliseconds kHttpPatience{300};

struct Identity {
  Uuid deploymentId;
  OrganizationId organization;
  Bytes relayKey;
  Bytes resumeKey;
};

Bytes randomKey() {
  Bytes key(kKeySize);
  fillRandom(key);
  return key;
}

// What a deployment keeps about itself; made on the first start.
Result<Identity> readIdentity(store::Transaction& tx, WallTime now) {
  Identity identity;
  TRY_ASSIGN(const auto id, store::getOrPutSetting(tx, "deployment_id", Uuid::random().toString()));
  TRY_ASSIGN(const auto relayKey, store::getOrPutSetting(tx, "relay_private_key", toHex(randomKey())));
  TRY_ASSIGN(const auto resumeKey, store::getOrPutSetting(tx, "resume_key", toHex(randomKey())));
  TRY_ASSIGN(const auto organization, ensureDefaultOrganization(tx, now));
  TRY(store::disconnectAllAgents(tx, now));
  identity.deploymentId = Uuid::parse(id).value_or(Uuid());
  identity.organization = organization.id;
  identity.relayKey = parseHex(relayKey).value_or(Bytes());
  identity.resumeKey = parseHex(resumeKey).value_or(Bytes());
  if (identity.relayKey.size() != kKeySize || identity.resumeKey.size() != kKeySize)
    return fail(ErrorCode::Internal, "the deployment's keys in the database are broken");
  return identity;
}

bool isLoopback(std::string_view hostAndPort) {
  return hostAndPort.starts_with("127.") || hostAndPort.starts_with("localhost:");
}

Error listenError(const std::string& address, const Error& error) {
  if (error.code() == ErrorCode::AlreadyExists)
    return {
        ErrorCode::Conflict,
        std::format("{} is taken by another program: stop it, or choose another address with --http-address", address)};
  return error.in(std::format("listen on {}", address));
}

// What people and agents call the server: given, or what it listens on.
Result<http::Url> chooseAccessUrl(const ControlPlaneOptions& options, std::uint16_t port) {
  if (!options.accessUrl.empty()) {
    auto url = http::parseUrl(options.accessUrl);
    if (!url) return fail(url.error().in(std::format("--access-url {}", options.accessUrl)));
    return url;
  }
  return http::Url{"http", "127.0.0.1", port, ""};
}

}  // namespace

// In the order of construction; destroyed the other way round.
struct ControlPlane::Parts {
  Parts(asio::any_io_executor loop, ControlPlaneOptions given, FileLock taken)
      : executor(std::move(loop)),
        options(std::move(given)),
        lock(std::move(taken)),
        events(executor),
        tasks(executor) {}

  asio::any_io_executor executor;
  ControlPlaneOptions options;
  FileLock lock;
  SystemClock clock;
  std::unique_ptr<store::Store> store;
  Events events;
  TaskGroup tasks;
  Deployment deployment;
  std::uint16_t port = 0;
  std::optional<AgentBinaries> binaries;
  std::unique_ptr<provision::Worker> worker;
  Credentials credentials;
  std::unique_ptr<Coordinator> coordinator;
  std::optional<Services> services;
  std::unique_ptr<AgentRpc> agentRpc;
  RelayService relay;
  DialerService dialer;
  std::optional<SessionAuthenticator> authenticator;
  std::optional<Router> router;
  std::optional<Pipeline> pipeline;
  std::unique_ptr<http::Server> http;
  std::vector<std::unique_ptr<StunService>> stun;  // by address
  bool isStopping = false;

  Result<void> openStore();
  Result<void> listen();
  void answerStun(const std::string& address);
  void compose(const Identity& identity);
  void openDialer();
  void onJobChanged(JobId job);
  Identity identity;
};

Result<void> ControlPlane::Parts::openStore() {
  TRY_ASSIGN(store, store::Store::open(options.directory / kDatabaseName));
  auto read = store->runBlocking([now = clock.wallNow()](store::Transaction& tx) { return readIdentity(tx, now); });
  if (!read) return fail(read.error().in("prepare the database"));
  identity = *std::move(read);
  return {};
}

Result<void> ControlPlane::Parts::listen() {
  http = http::makeServer(executor);
  auto bound = http->listen(options.httpAddress);
  if (!bound) return fail(listenError(options.httpAddress, bound.error()));
  port = *bound;
  answerStun(options.httpAddress.substr(0, options.httpAddress.rfind(':')) + ':' + std::to_string(port));
  if (options.listensOnDockerBridge && isLoopback(options.httpAddress)) {
    // Without Docker there are no containers to reach us, and with it a failure shows in the agents' own logs too.
    if (const auto bridge = dockerBridgeAddress()) {
      const auto address = std::format("{}:{}", *bridge, port);
      const auto second = http->listen(address);
      if (second) answerStun(address);
      if (!second)
        log::warning("containers may not reach this server: {}", listenError(address, second.error()).message());
    }
  }
  return {};
}

// On the port of HTTP, so that there is one to open in a firewall. Without it peers find fewer direct paths.
void ControlPlane::Parts::answerStun(const std::string& address) {
  if (!options.stun) return;
  auto service = options.stun(executor, address);
  if (!service) return log::warning("peers get no STUN here: {}", service.error().message());
  stun.push_back(*std::move(service));
  deployment.stunPort = port;
}

void ControlPlane::Parts::compose(const Identity& self) {
  deployment.id = self.deploymentId;
  deployment.defaultOrganization = self.organization;
  binaries = AgentBinaries::find(options.binaryDirectory, options.agentBinary);
  worker = std::make_unique<provision::Worker>(
      executor, *store,
      provision::WorkerOptions{options.tool, options.directory / "provision", deployment.accessUrl.toString(),
                               std::string(kCoderVersion), options.workers},
      provision::WorkerEvents{[this](JobId job) { onJobChanged(job); },
                              [this](JobId job) { events.publish(Topic::JobLog, job); }});
  coordinator = std::make_unique<Coordinator>(
      executor, clock, *store, events,
      Coordinator::Options{deployment.relay(), Secret(std::string(asText(self.resumeKey)))});
  if (options.relay) relay = options.relay(executor, self.relayKey);
  services.emplace(Services{.store = *store,
                            .events = events,
                            .clock = clock,
                            .deployment = deployment,
                            .worker = worker.get(),
                            .credentials = &credentials,
                            .coordinator = coordinator.get(),
                            .binaries = &*binaries,
                            .serveRelay = relay.serve});
  openDialer();
  agentRpc = std::make_unique<AgentRpc>(executor, *services);
  services->agentRpc = agentRpc.get();
  authenticator.emplace(*store, clock);
  router.emplace(routeTable());
  pipeline.emplace(*router, *services, *authenticator, PipelineOptions{options.limitsRates, {}});
}

namespace {

// An address that is listened on, as one to connect to.
http::Url urlOf(const std::string& httpAddress, std::uint16_t port) {
  std::string host = httpAddress.substr(0, httpAddress.rfind(':'));
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  if (host.empty() || host == "0.0.0.0" || host == "::") host = "127.0.0.1";
  return {"http", host, port, ""};
}

}  // namespace

void ControlPlane::Parts::openDialer() {
  if (!options.dialer) return;
  const PeerId self = PeerId::random();
  dialer = options.dialer({.executor = executor,
                           .self = urlOf(options.httpAddress, port),
                           .coordinate = [this, self]() -> std::unique_ptr<Stream> {
                             if (isStopping) return nullptr;
                             auto [ours, theirs] = makeStreamPair(executor);
                             tasks.spawn(coordinator->serveInternal(std::move(ours), self));
                             return std::move(theirs);
                           }});
  services->dialer = dialer.dialer.get();
}

namespace {

Task<void> announceWorkspaceOfJob(Services& services, JobId job) {
  const auto workspace =
      co_await services.store.run([job](store::Transaction& tx) { return store::findWorkspaceOfJob(tx, job); });
  if (workspace && *workspace) routes::announceWorkspace(services, **workspace);
}

}  // namespace

void ControlPlane::Parts::onJobChanged(JobId job) {
  events.publish(Topic::Job, job);
  tasks.spawn(announceWorkspaceOfJob(*services, job));
}

Result<std::unique_ptr<ControlPlane>> ControlPlane::open(asio::any_io_executor executor, ControlPlaneOptions options) {
  TRY_ASSIGN(auto lock, lockDirectory(options.directory));
  auto parts = std::make_unique<Parts>(std::move(executor), std::move(options), std::move(lock));
  TRY(parts->listen());
  TRY_ASSIGN(parts->deployment.accessUrl, chooseAccessUrl(parts->options, parts->port));
  parts->deployment.tunnelPolicy = parts->options.tunnelPolicy;
  // A proxy in front passes no UDP on, and stock peers would wait for its answer at each start.
  if (parts->deployment.accessUrl.port != parts->port) parts->deployment.stunPort = kNoStun;
  TRY(parts->openStore());
  parts->compose(parts->identity);
  return std::unique_ptr<ControlPlane>(new ControlPlane(std::move(parts)));
}

ControlPlane::ControlPlane(std::unique_ptr<Parts> parts) : m_parts(std::move(parts)) {}
ControlPlane::~ControlPlane() = default;

void ControlPlane::start() {
  m_parts->worker->start();
  m_parts->http->serve(m_parts->pipeline->handler());
}

Task<void> ControlPlane::stop() {
  using asio::experimental::awaitable_operators::operator&&;
  auto& parts = *m_parts;
  // The jobs' own ending needs the longest, so it begins first and is awaited before the store closes.
  const auto holders = [](Parts& of) -> Task<void> {
    of.events.close();
    of.isStopping = true;
    if (of.dialer.stop) of.dialer.stop();
    if (of.relay.stop) of.relay.stop();
    of.stun.clear();
    co_await (of.agentRpc->stop() && of.coordinator->stop());
    if (of.relay.stop) of.relay.stop();
    co_await of.http->stop(kHttpPatience);
  };
  co_await (parts.worker->stop() && holders(parts));
  parts.tasks.cancel();
  co_await parts.tasks.join();
  parts.store->stop();
}

std::uint16_t ControlPlane::port() const { return m_parts->port; }
std::string ControlPlane::accessUrl() const { return m_parts->deployment.accessUrl.toString(); }

}  // namespace berth::server
