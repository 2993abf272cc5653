#include "core/server/agentrpc/AgentRpc.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <map>

#include "core/base/Log.h"
#include "core/base/Notifier.h"
#include "core/rpc/DrpcServer.h"
#include "core/server/SessionList.h"
#include "core/server/agentrpc/AgentService.h"
#include "core/server/auth/SessionAuthenticator.h"
#include "core/server/coordinator/Coordinator.h"
#include "core/store/Agents.h"

namespace berth::server {

namespace {

// reference/tailnet.md 4.5: a ping each interval; no answer for as long again and the agent counts as gone.
constexpr std::chrono::seconds kHeartbeat{15};
constexpr std::chrono::milliseconds kSessionEnd{500};

// By the same rule that let it in (reference/provisioning.md 5.4).
Result<bool> mayStay(store::Transaction& tx, AgentId id) {
  TRY_ASSIGN(const auto agent, store::getAgent(tx, id));
  return findAgentIdentity(tx, agent.authToken.toString()).has_value();
}

Result<void> storeConnected(store::Transaction& tx, AgentId id, WallTime now) {
  TRY_ASSIGN(const auto agent, store::getAgent(tx, id));
  return store::setAgentConnection(
      tx, id, {.firstConnectedAt = agent.firstConnectedAt.value_or(now), .lastConnectedAt = now, .disconnectedAt = {}},
      now);
}

Result<void> storeDisconnected(store::Transaction& tx, AgentId id, WallTime now) {
  TRY_ASSIGN(const auto agent, store::getAgent(tx, id));
  return store::setAgentConnection(
      tx, id,
      {.firstConnectedAt = agent.firstConnectedAt, .lastConnectedAt = agent.lastConnectedAt, .disconnectedAt = now},
      now);
}

// One agent's WebSocket.
class AgentSession {
 public:
  AgentSession(std::unique_ptr<http::WebSocket> socket, Services& services, AgentIdentity agent,
               const AgentSessionOptions& options)
      : m_context{services, std::move(agent), options.version},
        m_session(http::asStream(std::move(socket)), rpc::YamuxSession::Role::Server, yamuxOptions(options)) {
    addAgentService(m_server, m_context);
    services.coordinator->addAgentService(m_server, m_context.agent.agentId);
  }

  // Calls only, no bookkeeping: helper programs beside the agent.
  Task<void> serve() { return m_server.serve(m_session); }

  // Until the session ends; then the agent counts as disconnected, unless a newer session of it has come.
  Task<void> serveAndTrack() {
    using asio::experimental::awaitable_operators::operator||;
    if (!co_await track(storeConnected)) co_return m_session.close();
    co_await (m_server.serve(m_session) || keepAlive());
    if (!m_isReplaced) (void)co_await track(storeDisconnected);
  }

  void close() { m_session.close(); }
  void replace() {
    m_isReplaced = true;
    m_session.close();
  }

 private:
  static rpc::YamuxOptions yamuxOptions(const AgentSessionOptions& options) {
    if (!options.isAgentItself) return {.maxStreams = kMaxCallsOfPeer};
    return {.keepAliveInterval = {}, .pingTimeout = kHeartbeat, .maxStreams = kMaxCallsOfPeer};  // keepAlive() pings
  }

  Task<bool> track(Result<void> (*storeTimes)(store::Transaction&, AgentId, WallTime)) {
    const auto done =
        co_await m_context.services.store.run([storeTimes, agent = m_context.agent.agentId, now = m_context.now()](
                                                  store::Transaction& tx) { return storeTimes(tx, agent, now); });
    if (!done)
      log::warning("agent {}: its connection could not be noted: {}", m_context.agent.agentId.toString(),
                   done.error().message());
    m_context.publishChange();
    co_return done.has_value();
  }

  // Ends the session when the agent is silent or has no business here any more.
  Task<void> keepAlive() {
    asio::steady_timer timer(m_session.executor());
    while (true) {
      timer.expires_after(kHeartbeat);
      boost::system::error_code cancelled;
      co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
      if (cancelled) co_return;
      const bool isAlive = (co_await m_session.ping()).has_value() && co_await track(storeConnected);
      if (!isAlive || !co_await isWelcome()) break;
    }
    m_session.close();
    co_await m_session.ended();
    // serve() ends by itself now, once the last call has.
    Notifier forever(m_session.executor());
    co_await forever.wait();
  }

  Task<bool> isWelcome() {
    const auto welcome = co_await m_context.services.store.run(
        [agent = m_context.agent.agentId](store::Transaction& tx) { return mayStay(tx, agent); });
    co_return welcome && *welcome;
  }

  AgentContext m_context;
  rpc::DrpcServer m_server;
  rpc::YamuxSession m_session;
  bool m_isReplaced = false;
};

}  // namespace

struct AgentRpc::Impl {
  Impl(asio::any_io_executor executor, Services& theServices) : services(theServices), sessions(executor) {}

  // An agent's own session, of which the newest counts: it replaces an older one.
  class Current {
   public:
    Current(Impl& impl, AgentId agent, AgentSession& session) : m_impl(impl), m_agent(agent), m_session(session) {
      if (auto* older = std::exchange(m_impl.current[m_agent], &m_session)) older->replace();
    }
    ~Current() {
      const auto found = m_impl.current.find(m_agent);
      if (found != m_impl.current.end() && found->second == &m_session) m_impl.current.erase(found);
    }
    Current(const Current&) = delete;
    Current& operator=(const Current&) = delete;

   private:
    Impl& m_impl;
    AgentId m_agent;
    AgentSession& m_session;
  };

  Services& services;
  SessionList<AgentSession> sessions;
  std::map<AgentId, AgentSession*> current;  // the agents' own sessions
  bool isStopped = false;
};

AgentRpc::AgentRpc(asio::any_io_executor executor, Services& services)
    : m_impl(std::make_unique<Impl>(executor, services)) {}

AgentRpc::~AgentRpc() = default;

Task<void> AgentRpc::serve(std::unique_ptr<http::WebSocket> socket, AgentIdentity agent, AgentSessionOptions options) {
  if (m_impl->isStopped) co_return co_await socket->close(http::CloseCode::GoingAway, "the server is shutting down");
  const auto own = options.isAgentItself ? std::optional(agent.agentId) : std::nullopt;
  AgentSession session(std::move(socket), m_impl->services, std::move(agent), options);
  const SessionList<AgentSession>::Entry listed(m_impl->sessions, session);
  if (!own) co_return co_await session.serve();
  const Impl::Current current(*m_impl, *own, session);
  co_await session.serveAndTrack();
}

Task<void> AgentRpc::stop() {
  m_impl->isStopped = true;
  m_impl->sessions.closeAll();
  if (!co_await m_impl->sessions.waitUntilEmpty(kSessionEnd))
    log::warning("agents: {} sessions did not end in time", m_impl->sessions.size());
}

}  // namespace berth::server
