#include "tunnel/dialer/ClientNode.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "core/base/Log.h"
#include "tunnel/dialer/ConnectionInfo.h"

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

bool allowsDirect(const api::AgentConnectionInfo& info, const ClientTunnelOptions& wishes) {
  return wishes.usesDirectPaths && !info.disable_direct_connections;
}

CoordinatedNodeOptions nodeOptions(const client::Session& session, const api::AgentConnectionInfo& info, Rng& rng,
                                   const ClientTunnelOptions& wishes) {
  CoordinatedNodeOptions options;
  options.nodeId = randomNodeId(rng);
  options.server = session.url();
  options.forcesWebSockets = info.derp_force_websockets;
  options.node.addresses = {wire::randomTailnetAddress(rng)};
  options.node.usesDirectPaths = allowsDirect(info, wishes);
  options.node.http = relayOptions(session);
  options.node.isCalledByPeers = false;
  return options;
}

Ipv6 addressOf(const AgentId& agent) { return tailnetAddress(agent.value); }

}  // namespace

ClientNode::ClientNode(const asio::any_io_executor& executor, client::Session& session,
                       const api::AgentConnectionInfo& info, std::string target, const Clock& clock, Rng& rng,
                       const ClientTunnelOptions& options)
    : m_clock(clock),
      m_server(session.url().toString()),
      m_mayBecomeDirect(allowsDirect(info, options)),
      m_network(executor, clock, rng, nodeOptions(session, info, rng, options),
                [this](const coordination::NodeInfo& self) { m_coordinator.updateSelf(self); }),
      m_udp(m_network.node()),
      m_control(coordination::makeControlDialer(session.sharedHttp(), std::move(target))),
      m_coordinator(executor, *m_control, m_network, clock) {}

Result<std::shared_ptr<ClientNode>> ClientNode::start(asio::any_io_executor executor, client::Session& session,
                                                      const api::AgentConnectionInfo& info, std::string target,
                                                      const Clock& clock, Rng& rng,
                                                      const ClientTunnelOptions& options) {
  const wire::DerpMap map = toWire(info.derp_map);
  if (map.regions.empty()) return fail(ErrorCode::Unavailable, session.url().toString() + " names no relay");
  std::shared_ptr<ClientNode> made(new ClientNode(executor, session, info, std::move(target), clock, rng, options));
  made->m_network.setDerpMap(map);
  asio::co_spawn(executor, coordinate(made), asio::detached);
  return made;
}

Task<void> ClientNode::coordinate(std::shared_ptr<ClientNode> self) {
  const auto ended = co_await self->m_coordinator.run();
  if (ended.error().code() == ErrorCode::Cancelled) co_return;
  self->m_failure = ended.error().in("coordinate with " + self->m_server);
  self->m_network.peersChanged.notify();
}

void ClientNode::addAgent(const AgentId& agent) { m_coordinator.addDestination(agent.value); }

void ClientNode::removeAgent(const AgentId& agent) { m_coordinator.removeDestination(agent.value); }

Result<std::unique_ptr<UdpFlow>> ClientNode::openUdp(const AgentId& agent, std::uint16_t port,
                                                     UdpFlow::Handler handler) {
  return m_udp.open(addressOf(agent), port, std::move(handler));
}

Task<Error> ClientNode::untilFailed() {
  while (!m_failure)
    if (!co_await m_network.peersChanged.wait()) co_return Error(ErrorCode::Cancelled, "tunnel");
  co_return *m_failure;
}

// Pings before the coordinator has told us of the agent would be lost, and the next one late.
Task<Result<void>> ClientNode::untilConfigured(Ipv6 address, TimePoint deadline) {
  while (!m_network.findPeer(address)) {
    if (m_failure) co_return fail(*m_failure);
    CO_TRY(co_await m_network.peersChanged.waitUntil(deadline));
  }
  co_return Result<void>();
}

Task<Result<void>> ClientNode::waitUntilReachable(AgentId agent, std::chrono::milliseconds timeout) {
  const auto self = shared_from_this();
  const Ipv6 address = addressOf(agent);
  const TimePoint deadline = m_clock.now() + (timeout.count() == 0 ? kNoLimit : timeout);
  auto configured = co_await untilConfigured(address, deadline);
  if (!configured && configured.error().code() == ErrorCode::Timeout)
    co_return fail(ErrorCode::Timeout, "the workspace agent is not connected to " + m_server);
  CO_TRY(std::move(configured));
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - m_clock.now());
  auto either = co_await (m_network.node().tsmpPing(address, left) || untilFailed());
  if (either.index() == 1) co_return fail(std::get<1>(std::move(either)));
  const auto& answered = std::get<0>(either);
  if (!answered) co_return fail(answered.error().in("wait for the workspace agent"));
  log::debug("tunnel: the agent answers");
  co_return Result<void>();
}

std::string ClientNode::nameOf(int region) const {
  const wire::DerpRegion* const known = m_network.derpMap().findRegion(region);
  return known == nullptr ? std::to_string(region) : known->name;
}

Task<Result<PingResult>> ClientNode::ping(AgentId agent, std::chrono::milliseconds timeout) {
  const auto self = shared_from_this();
  const auto key = m_network.findPeer(addressOf(agent));
  if (!key) co_return fail(ErrorCode::Unavailable, "the workspace agent is not connected");
  CO_TRY_ASSIGN(const DiscoPing pong, co_await m_network.node().discoPing(*key, timeout));
  co_return PingResult{pong.roundTrip, pong.direct, pong.region, nameOf(pong.region)};
}

std::optional<PeerStatus> ClientNode::findStatus(const AgentId& agent) const {
  const auto key = m_network.findPeer(addressOf(agent));
  return key ? m_network.node().findPeerStatus(*key) : std::nullopt;
}

ClientTunnelStatus ClientNode::statusOf(const AgentId& agent) {
  ClientTunnelStatus status;
  const SelfInfo& us = node().selfInfo();
  status.isControlConnected = m_coordinator.isConnected();
  status.isRelayConnected = node().isHomeConnected();
  status.homeRegion = us.homeRegion;
  status.homeRegionName = nameOf(us.homeRegion);
  for (const auto& [region, latency] : us.latencies) status.regionLatencies[nameOf(region)] = latency;
  const auto peer = findStatus(agent);
  if (!peer) return status;
  status.hasSession = peer->hasSession;
  status.direct = peer->direct;
  status.receivedBytes = peer->receivedBytes;
  status.sentBytes = peer->sentBytes;
  return status;
}

void ClientNode::onNetworkChange() {
  node().onNetworkChange();
  m_coordinator.reconnect();
}

Task<void> ClientNode::close() {
  const auto self = shared_from_this();
  co_await node().shutDown(kFlushTimeout);
  co_await m_coordinator.disconnect();
  stop();
}

void ClientNode::stop() noexcept {
  m_coordinator.stop();
  node().stop();
}

}  // namespace berth::tunnel::dialer
