#include "tunnel/dialer/ClientTunnel.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "core/base/Log.h"
#include "tunnel/coordination/ClientSession.h"
#include "tunnel/dialer/ConnectionInfo.h"
#include "tunnel/dialer/CoordinatedNode.h"

namespace berth::tunnel::dialer {

namespace {

using asio::experimental::awaitable_operators::operator||;

constexpr std::chrono::milliseconds kFlushTimeout{250};
constexpr std::chrono::hours kNoLimit{24 * 365};

// A client has no UUID of its own; its id is any 63-bit number (reference/tailnet.md 3.1).
std::int64_t randomNodeId(Rng& rng) {
  std::array<std::byte, 8> bytes;
  rng.fill(bytes);
  bytes[7] &= std::byte{0x7f};
  return std::bit_cast<std::int64_t>(bytes);
}

std::string coordinateTarget(const AgentId& agent) {
  return "/api/v2/workspaceagents/" + agent.toString() + "/coordinate?version=2.0";
}

CoordinatedNodeOptions nodeOptions(const client::Session& session, const api::AgentConnectionInfo& info, Rng& rng,
                                   const ClientTunnelOptions& wishes) {
  CoordinatedNodeOptions options;
  options.nodeId = randomNodeId(rng);
  options.server = session.url();
  options.forcesWebSockets = info.derp_force_websockets;
  options.node.addresses = {wire::randomTailnetAddress(rng)};
  options.node.usesDirectPaths = wishes.usesDirectPaths && !info.disable_direct_connections;
  options.node.http = relayOptions(session);
  options.node.isCalledByPeers = false;
  return options;
}

}  // namespace

class ClientTunnel::Impl : public std::enable_shared_from_this<ClientTunnel::Impl> {
 public:
  Impl(asio::any_io_executor executor, client::Session& session, AgentId agent, const api::AgentConnectionInfo& info,
       const Clock& clock, Rng& rng, const ClientTunnelOptions& options)
      : agentId(agent),
        agentAddress(tailnetAddress(agent.value)),
        mayBecomeDirect(options.usesDirectPaths && !info.disable_direct_connections),
        network(executor, clock, rng, nodeOptions(session, info, rng, options),
                [this](const coordination::NodeInfo& self) { coordinator.updateSelf(self); }),
        m_control(coordination::makeControlDialer(session.sharedHttp(), coordinateTarget(agent))),
        coordinator(executor, *m_control, network, clock),
        m_executor(executor),
        m_clock(clock),
        m_server(session.url().toString()) {}

  void start(const wire::DerpMap& map) {
    coordinator.addDestination(agentId.value);
    network.setDerpMap(map);
    asio::co_spawn(m_executor, coordinate(shared_from_this()), asio::detached);
  }

  Task<Result<void>> waitUntilReachable(std::chrono::milliseconds timeout);
  Task<Result<PingResult>> ping(std::chrono::milliseconds timeout);
  ClientTunnelStatus status();
  Task<void> close();
  void stop() noexcept;

  const AgentId agentId;
  const Ipv6 agentAddress;
  const bool mayBecomeDirect;
  CoordinatedNode network;

 private:
  const std::unique_ptr<coordination::ControlDialer> m_control;

 public:
  coordination::ClientSession coordinator;

 private:
  static Task<void> coordinate(std::shared_ptr<Impl> self);
  Task<Result<void>> untilConfigured(TimePoint deadline);
  Task<Error> untilFailed();
  std::string nameOf(int region) const;

  asio::any_io_executor m_executor;
  const Clock& m_clock;
  const std::string m_server;
  std::optional<Error> m_failure;  // the coordinator will not have us; told by network.peersChanged
};

Task<void> ClientTunnel::Impl::coordinate(std::shared_ptr<Impl> self) {
  const auto ended = co_await self->coordinator.run();
  if (ended.error().code() == ErrorCode::Cancelled) co_return;
  self->m_failure = ended.error().in("coordinate with " + self->m_server);
  self->network.peersChanged.notify();
}

Task<Error> ClientTunnel::Impl::untilFailed() {
  while (!m_failure)
    if (!co_await network.peersChanged.wait()) co_return Error(ErrorCode::Cancelled, "tunnel");
  co_return *m_failure;
}

// Pings before the coordinator has told us of the agent would be lost, and the next one late.
Task<Result<void>> ClientTunnel::Impl::untilConfigured(TimePoint deadline) {
  while (!network.findPeer(agentAddress)) {
    if (m_failure) co_return fail(*m_failure);
    CO_TRY(co_await network.peersChanged.waitUntil(deadline));
  }
  co_return Result<void>();
}

Task<Result<void>> ClientTunnel::Impl::waitUntilReachable(std::chrono::milliseconds timeout) {
  const auto self = shared_from_this();
  const TimePoint deadline = m_clock.now() + (timeout.count() == 0 ? kNoLimit : timeout);
  auto configured = co_await untilConfigured(deadline);
  if (!configured && configured.error().code() == ErrorCode::Timeout)
    co_return fail(ErrorCode::Timeout, "the workspace agent is not connected to " + m_server);
  CO_TRY(std::move(configured));
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - m_clock.now());
  auto either = co_await (network.node().tsmpPing(agentAddress, left) || untilFailed());
  if (either.index() == 1) co_return fail(std::get<1>(std::move(either)));
  const auto& answered = std::get<0>(either);
  if (!answered) co_return fail(answered.error().in("wait for the workspace agent"));
  log::debug("tunnel: the agent answers");
  co_return Result<void>();
}

std::string ClientTunnel::Impl::nameOf(int region) const {
  const wire::DerpRegion* const known = network.derpMap().findRegion(region);
  return known == nullptr ? std::to_string(region) : known->name;
}

Task<Result<PingResult>> ClientTunnel::Impl::ping(std::chrono::milliseconds timeout) {
  const auto self = shared_from_this();
  const auto key = network.findPeer(agentAddress);
  if (!key) co_return fail(ErrorCode::Unavailable, "the workspace agent is not connected");
  CO_TRY_ASSIGN(const DiscoPing pong, co_await network.node().discoPing(*key, timeout));
  co_return PingResult{pong.roundTrip, pong.direct, pong.region, nameOf(pong.region)};
}

ClientTunnelStatus ClientTunnel::Impl::status() {
  ClientTunnelStatus status;
  const SelfInfo& us = network.node().selfInfo();
  status.isControlConnected = coordinator.isConnected();
  status.isRelayConnected = network.node().isHomeConnected();
  status.homeRegion = us.homeRegion;
  status.homeRegionName = nameOf(us.homeRegion);
  if (const auto latency = us.latencies.find(us.homeRegion); latency != us.latencies.end())
    status.homeLatency = latency->second;
  const auto key = network.findPeer(agentAddress);
  const auto peer = key ? network.node().findPeerStatus(*key) : std::nullopt;
  if (!peer) return status;
  status.hasSession = peer->hasSession;
  status.direct = peer->direct;
  status.receivedBytes = peer->receivedBytes;
  status.sentBytes = peer->sentBytes;
  return status;
}

Task<void> ClientTunnel::Impl::close() {
  const auto self = shared_from_this();
  co_await network.node().shutDown(kFlushTimeout);
  co_await coordinator.disconnect();
  stop();
}

void ClientTunnel::Impl::stop() noexcept {
  coordinator.stop();
  network.node().stop();
}

Task<Result<std::unique_ptr<ClientTunnel>>> ClientTunnel::open(asio::any_io_executor executor, client::Session& session,
                                                               AgentId agent, const Clock& clock, Rng& rng,
                                                               ClientTunnelOptions options) {
  auto info = co_await session.agentConnection(agent);
  if (!info) co_return fail(info.error().in("ask " + session.url().toString() + " for the way to the agent"));
  const wire::DerpMap map = toWire(info->derp_map);
  if (map.regions.empty()) co_return fail(ErrorCode::Unavailable, session.url().toString() + " names no relay");
  auto impl = std::make_shared<Impl>(std::move(executor), session, agent, *info, clock, rng, options);
  impl->start(map);
  co_return std::unique_ptr<ClientTunnel>(new ClientTunnel(std::move(impl)));
}

ClientTunnel::~ClientTunnel() { m_impl->stop(); }

Task<Result<void>> ClientTunnel::waitUntilReachable(std::chrono::milliseconds timeout) {
  return m_impl->waitUntilReachable(timeout);
}

Task<Result<std::unique_ptr<Stream>>> ClientTunnel::dial(AgentId agent, std::uint16_t port) {
  const auto impl = m_impl;
  if (agent != impl->agentId) co_return fail(ErrorCode::InvalidInput, "this tunnel leads to another agent");
  co_return co_await impl->network.node().dial(impl->agentAddress, port);
}

Task<Result<PingResult>> ClientTunnel::ping(std::chrono::milliseconds timeout) { return m_impl->ping(timeout); }
bool ClientTunnel::mayBecomeDirect() const noexcept { return m_impl->mayBecomeDirect; }
ClientTunnelStatus ClientTunnel::status() const { return m_impl->status(); }
Task<void> ClientTunnel::close() { return m_impl->close(); }

}  // namespace berth::tunnel::dialer
