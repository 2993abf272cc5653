#include "tests/integration/service/SmallDeployment.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/api/Json.h"
#include "core/base/Copy.h"
#include "core/base/Log.h"
#include "tests/support/Run.h"
#include "tunnel/dialer/AgentTunnel.h"

namespace berth::test {

using namespace std::chrono_literals;

namespace {

Task<void> echo(std::unique_ptr<Stream> stream) { co_await copyUntilEnd(*stream, *stream); }

Task<void> serveEcho(std::unique_ptr<StreamListener> listener) {
  const auto executor = co_await asio::this_coro::executor;
  while (auto stream = co_await listener->accept()) asio::co_spawn(executor, echo(*std::move(stream)), asio::detached);
}

Task<void> serve(std::shared_ptr<rpc::YamuxSession> session, rpc::DrpcServer& service) {
  co_await service.serve(*session);
}

Task<void> takePart(agent::Network& network, std::shared_ptr<rpc::YamuxSession> session) {
  co_await network.coordinate(std::move(session));
}

}  // namespace

SmallDeployment::SmallDeployment() { log::setLevel(log::Level::Error); }

SmallDeployment::~SmallDeployment() {
  for (TestAgent& each : m_agents) each.network->stop();
  if (m_server) run(stop());
  // What still runs ends on its own now, before what it uses is gone.
  io.restart();
  io.run_for(3s);
  EXPECT_TRUE(io.stopped()) << "something still waits";
}

void SmallDeployment::run(Task<void> task) { test::run(io, std::move(task)); }

Task<void> SmallDeployment::until(std::function<bool()> isTrue) {
  asio::steady_timer timer(io);
  while (!isTrue()) {
    timer.expires_after(1ms);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

void SmallDeployment::start() {
  m_server = http::makeServer(io.get_executor());
  const auto port = m_server->listen("127.0.0.1:" + std::to_string(m_port));
  ASSERT_TRUE(port) << port.error().message();
  m_port = *port;
  m_relay =
      std::make_unique<tunnel::derp::Relay>(io.get_executor(), tunnel::wire::RelayPrivate::generate(rng), rng, clock);
  m_coordinator = std::make_unique<server::Coordinator>(
      io.get_executor(), clock, *store, m_events,
      server::Coordinator::Options{.relay = {url()}, .resumeKey = Secret("kept over restarts")});
  m_server->serve({[this](http::Exchange& exchange) { return handle(exchange); }, {}});
  for (TestAgent& each : m_agents) connect(each);
}

Task<void> SmallDeployment::stop() {
  for (TestAgent& each : m_agents) each.serverEnd->close();
  co_await m_coordinator->stop();
  m_relay->stop();
  co_await m_server->stop(1s);
  m_server.reset();
  m_relay.reset();
}

Task<void> SmallDeployment::handle(http::Exchange& exchange) {
  const std::string path(exchange.request().path());
  const bool isOfAgent = path.starts_with("/api/v2/workspaceagents/") && path.ends_with("/coordinate");
  if (path == "/api/v2/tailnet") {
    co_await coordinate(exchange, std::nullopt);
  } else if (isOfAgent) {
    co_await coordinate(exchange, AgentId::parse(path.substr(24, 36)));
  } else if (path.ends_with("/connection")) {
    (void)co_await exchange.respond({200, {}, api::toJson(server::connectionInfo({url()}))});
  } else if (path == "/derp/latency-check") {
    (void)co_await exchange.respond({});
  } else {
    co_await m_relay->serveUpgrade(exchange);
  }
}

Task<void> SmallDeployment::coordinate(http::Exchange& exchange, std::optional<AgentId> agent) {
  if (refusal != 0) {
    (void)co_await exchange.respond({refusal, {}, "{}"});
    co_return;
  }
  auto socket = co_await exchange.acceptWebSocket();
  if (!socket) co_return;
  const auto peer = m_coordinator->peerFor(exchange.request().query("resume_token"));
  server::ClientSession client{
      .peer = *peer, .user = sample.user.id, .agent = agent, .maySsh = [](AgentId) -> Task<bool> { co_return true; }};
  ++(agent ? privateSessionsEver : sharedSessionsEver);
  if (!agent) ++sharedSessions;
  co_await m_coordinator->serveClient(*std::move(socket), std::move(client));
  if (!agent) --sharedSessions;
}

TestAgent& SmallDeployment::addAgent() {
  TestAgent& added = m_agents.emplace_back();
  auto network = tunnel::dialer::makeAgentTunnel(
      {.executor = io.get_executor(), .agentId = added.id.value, .server = url()}, clock, rng);
  added.network = *std::move(network);
  asio::co_spawn(io, serveEcho(*added.network->listen(1)), asio::detached);
  if (m_server) connect(added);
  return added;
}

void SmallDeployment::connect(TestAgent& agent) {
  auto ends = makeStreamPair(io.get_executor());
  agent.service = std::make_unique<rpc::DrpcServer>();
  m_coordinator->addAgentService(*agent.service, agent.id);
  agent.serverEnd = std::make_shared<rpc::YamuxSession>(std::move(ends.first), rpc::YamuxSession::Role::Server);
  asio::co_spawn(io, serve(agent.serverEnd, *agent.service), asio::detached);
  auto agentEnd = std::make_shared<rpc::YamuxSession>(std::move(ends.second), rpc::YamuxSession::Role::Client);
  asio::co_spawn(io, takePart(*agent.network, std::move(agentEnd)), asio::detached);
}

}  // namespace berth::test
