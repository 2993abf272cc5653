#include "tunnel/dialer/DeploymentTunnel.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <map>

#include "core/base/Log.h"
#include "tunnel/dialer/ClientNode.h"

namespace berth::tunnel::dialer {

namespace {

constexpr std::chrono::seconds kPingInterval{5};  // beside the path's own heartbeats
constexpr std::chrono::seconds kPingTimeout{5};

std::int64_t rateOf(std::uint64_t before, std::uint64_t now, TimePoint::duration time) {
  const double seconds = std::chrono::duration<double>(time).count();
  // Counters begin anew with the process at the other end.
  return now <= before || seconds <= 0 ? 0 : static_cast<std::int64_t>(static_cast<double>(now - before) / seconds);
}

}  // namespace

class DeploymentTunnel::Impl : public std::enable_shared_from_this<DeploymentTunnel::Impl> {
 public:
  Impl(asio::any_io_executor executor, std::shared_ptr<client::Session> session, const Clock& clock, Rng& rng,
       DeploymentTunnelOptions options)
      : m_executor(executor),
        m_session(std::move(session)),
        m_clock(clock),
        m_rng(rng),
        m_options(options),
        m_changed(executor) {}

  Task<Result<std::unique_ptr<Stream>>> dial(AgentId agent, std::uint16_t port);
  Task<Result<PingResult>> ping(AgentId agent, std::chrono::milliseconds timeout);
  void onNetworkChange() {
    if (m_node) m_node->onNetworkChange();
  }
  Task<void> close();
  void stop() noexcept;

  Observer observer;

 private:
  struct Agent {
    std::size_t useCount = 0;  // streams, and calls that are under way
    TimePoint lastUsedAt;
    std::optional<TimePoint> pingedAt;
    std::optional<std::chrono::nanoseconds> latency;
    std::optional<TimePoint> sampledAt;
    std::uint64_t receivedBytes = 0;  // then
    std::uint64_t sentBytes = 0;
  };

  // Keeps an agent in the tunnel while it lives.
  class Use {
   public:
    Use(const std::shared_ptr<Impl>& tunnel, AgentId agent) : m_tunnel(tunnel), m_node(tunnel->m_node), m_agent(agent) {
      ++tunnel->m_agents.at(agent).useCount;
    }
    Use(Use&& other) noexcept = default;
    Use& operator=(Use&&) = delete;
    ~Use() {
      const auto tunnel = m_tunnel.lock();
      if (tunnel && tunnel->m_node == m_node.lock()) tunnel->release(m_agent);
    }

   private:
    std::weak_ptr<Impl> m_tunnel;
    std::weak_ptr<ClientNode> m_node;
    AgentId m_agent;
  };

  class UsedStream final : public Stream {
   public:
    UsedStream(std::unique_ptr<Stream> stream, Use use) : m_use(std::move(use)), m_stream(std::move(stream)) {}
    Task<Result<std::size_t>> readSome(ByteSpan buffer) override { return m_stream->readSome(buffer); }
    Task<Result<void>> write(ByteView data) override { return m_stream->write(data); }
    Task<Result<void>> closeWrite() override { return m_stream->closeWrite(); }
    void close() noexcept override { m_stream->close(); }
    asio::any_io_executor executor() override { return m_stream->executor(); }

   private:
    Use m_use;
    std::unique_ptr<Stream> m_stream;
  };

  Task<Result<std::shared_ptr<ClientNode>>> openNode();
  Task<Result<Use>> reach(std::shared_ptr<ClientNode> node, AgentId agent);
  void release(const AgentId& agent);
  static Task<void> watch(std::shared_ptr<Impl> self, std::shared_ptr<ClientNode> node);
  static Task<void> measure(std::shared_ptr<Impl> self, std::shared_ptr<ClientNode> node, AgentId agent);
  void dropIdle();
  void drop(const AgentId& agent);
  void report();
  AgentConnection describe(const AgentId& id, Agent& agent, TimePoint now) const;
  std::shared_ptr<ClientNode> takeNode();

  asio::any_io_executor m_executor;
  const std::shared_ptr<client::Session> m_session;
  const Clock& m_clock;
  Rng& m_rng;
  const DeploymentTunnelOptions m_options;
  Notifier m_changed;  // the node: opened, given up
  std::shared_ptr<ClientNode> m_node;
  std::map<AgentId, Agent> m_agents;  // of m_node
  bool m_isOpening = false;
  bool m_isStopped = false;
};

// ---- the node

Task<Result<std::shared_ptr<ClientNode>>> DeploymentTunnel::Impl::openNode() {
  while (m_isOpening)
    if (!co_await m_changed.wait()) co_return fail(ErrorCode::Cancelled, "open the tunnel");
  if (m_node && m_node->hasFailed()) takeNode()->stop();
  if (m_node) co_return m_node;
  const std::string server = m_session->url().toString();
  m_isOpening = true;
  auto info = co_await m_session->connectionInfo();
  m_isOpening = false;
  m_changed.notify();
  if (m_isStopped) co_return fail(ErrorCode::Cancelled, "the tunnel to " + server + " was closed");
  if (!info) co_return fail(info.error().in("ask " + server + " for its relays"));
  CO_TRY_ASSIGN(m_node, ClientNode::start(m_executor, *m_session, *info, "/api/v2/tailnet?version=2.0", m_clock, m_rng,
                                          ClientTunnelOptions{}));
  log::info("tunnel: opened for {}", server);
  asio::co_spawn(m_executor, watch(shared_from_this(), m_node), asio::detached);
  co_return m_node;
}

std::shared_ptr<ClientNode> DeploymentTunnel::Impl::takeNode() {
  m_agents.clear();
  m_changed.notify();
  if (m_node && observer) observer({});
  return std::exchange(m_node, nullptr);
}

Task<void> DeploymentTunnel::Impl::close() {
  const auto self = shared_from_this();
  m_isStopped = true;
  if (const auto node = takeNode()) co_await node->close();
}

void DeploymentTunnel::Impl::stop() noexcept {
  m_isStopped = true;
  if (const auto node = takeNode()) node->stop();
}

// ---- its users

// An agent with whom there is a session answers at once or not at all: TCP finds out by itself.
Task<Result<DeploymentTunnel::Impl::Use>> DeploymentTunnel::Impl::reach(std::shared_ptr<ClientNode> node,
                                                                        AgentId agent) {
  if (node != m_node) co_return fail(ErrorCode::Cancelled, "the tunnel was closed");
  if (m_agents.try_emplace(agent).second) node->addAgent(agent);
  Use use(shared_from_this(), agent);
  const auto status = node->findStatus(agent);
  if (status && status->hasSession) co_return use;
  CO_TRY(co_await node->waitUntilReachable(agent, m_options.reachTimeout));
  co_return use;
}

void DeploymentTunnel::Impl::release(const AgentId& agent) {
  const auto found = m_agents.find(agent);
  if (found == m_agents.end()) return;
  found->second.lastUsedAt = m_clock.now();
  if (--found->second.useCount == 0 && !m_node->findStatus(agent)) drop(agent);  // never came
}

Task<Result<std::unique_ptr<Stream>>> DeploymentTunnel::Impl::dial(AgentId agent, std::uint16_t port) {
  const auto self = shared_from_this();
  CO_TRY_ASSIGN(const auto node, co_await openNode());
  CO_TRY_ASSIGN(Use use, co_await reach(node, agent));
  CO_TRY_ASSIGN(auto stream, co_await node->node().dial(tailnetAddress(agent.value), port));
  co_return std::make_unique<UsedStream>(std::move(stream), std::move(use));
}

Task<Result<PingResult>> DeploymentTunnel::Impl::ping(AgentId agent, std::chrono::milliseconds timeout) {
  const auto self = shared_from_this();
  CO_TRY_ASSIGN(const auto node, co_await openNode());
  CO_TRY_ASSIGN(const Use use, co_await reach(node, agent));
  co_return co_await node->ping(agent, timeout);
}

void DeploymentTunnel::Impl::drop(const AgentId& agent) {
  m_agents.erase(agent);
  m_node->removeAgent(agent);
}

void DeploymentTunnel::Impl::dropIdle() {
  const TimePoint now = m_clock.now();
  std::vector<AgentId> idle;
  for (const auto& [id, agent] : m_agents)
    if (agent.useCount == 0 && now - agent.lastUsedAt >= m_options.idleTimeout) idle.push_back(id);
  for (const AgentId& id : idle) drop(id);
}

// ---- status

Task<void> DeploymentTunnel::Impl::watch(std::shared_ptr<Impl> self, std::shared_ptr<ClientNode> node) {
  TimePoint next = self->m_clock.now();
  while (self->m_node == node) {
    next += self->m_options.statusInterval;
    while (self->m_node == node)
      if (!co_await self->m_changed.waitUntil(next)) break;
    if (self->m_node != node) co_return;
    self->dropIdle();
    if (!self->m_agents.empty()) {
      self->report();
      continue;
    }
    self->takeNode();
    log::info("tunnel: closed for {}, nobody uses it", self->m_session->url().toString());
    co_await node->close();
  }
}

Task<void> DeploymentTunnel::Impl::measure(std::shared_ptr<Impl> self, std::shared_ptr<ClientNode> node,
                                           AgentId agent) {
  const auto pong = co_await node->ping(agent, kPingTimeout);
  const auto found = self->m_agents.find(agent);
  if (found == self->m_agents.end() || self->m_node != node) co_return;
  found->second.latency = pong ? std::optional(pong->roundTrip) : std::nullopt;
}

AgentConnection DeploymentTunnel::Impl::describe(const AgentId& id, Agent& agent, TimePoint now) const {
  AgentConnection connection{.agent = id, .latency = agent.latency, .openStreams = agent.useCount};
  const auto status = m_node->findStatus(id);
  if (!status) return connection;
  using Path = AgentConnection::Path;
  connection.path = status->direct ? Path::Direct : status->hasSession ? Path::Relayed : Path::Connecting;
  if (status->direct) connection.address = status->direct->toString();
  connection.relay = m_node->nameOf(status->region);
  if (agent.sampledAt) {
    connection.receiveRate = rateOf(agent.receivedBytes, status->receivedBytes, now - *agent.sampledAt);
    connection.sendRate = rateOf(agent.sentBytes, status->sentBytes, now - *agent.sampledAt);
  }
  agent.sampledAt = now;
  agent.receivedBytes = status->receivedBytes;
  agent.sentBytes = status->sentBytes;
  return connection;
}

void DeploymentTunnel::Impl::report() {
  if (!observer) return;
  const TimePoint now = m_clock.now();
  std::vector<AgentConnection> connections;
  for (auto& [id, agent] : m_agents) {
    connections.push_back(describe(id, agent, now));
    if (connections.back().path == AgentConnection::Path::Connecting) continue;
    if (agent.pingedAt && now - *agent.pingedAt < kPingInterval) continue;
    agent.pingedAt = now;
    asio::co_spawn(m_executor, measure(shared_from_this(), m_node, id), asio::detached);
  }
  observer(connections);
}

// ---- the tunnel

DeploymentTunnel::DeploymentTunnel(asio::any_io_executor executor, std::shared_ptr<client::Session> session,
                                   const Clock& clock, Rng& rng, DeploymentTunnelOptions options)
    : m_impl(std::make_shared<Impl>(std::move(executor), std::move(session), clock, rng, options)) {}

DeploymentTunnel::~DeploymentTunnel() { stop(); }

Task<Result<std::unique_ptr<Stream>>> DeploymentTunnel::dial(AgentId agent, std::uint16_t port) {
  return m_impl->dial(agent, port);
}
Task<Result<PingResult>> DeploymentTunnel::ping(AgentId agent, std::chrono::milliseconds timeout) {
  return m_impl->ping(agent, timeout);
}
void DeploymentTunnel::setObserver(Observer observer) { m_impl->observer = std::move(observer); }
void DeploymentTunnel::onNetworkChange() { m_impl->onNetworkChange(); }
Task<void> DeploymentTunnel::close() { return m_impl->close(); }
void DeploymentTunnel::stop() noexcept { m_impl->stop(); }

}  // namespace berth::tunnel::dialer
