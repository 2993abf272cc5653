#include "tunnel/dialer/CoordinatedNode.h"

namespace berth::tunnel::dialer {

CoordinatedNode::CoordinatedNode(asio::any_io_executor executor, const Clock& clock, Rng& rng,
                                 CoordinatedNodeOptions options,
                                 std::function<void(const coordination::NodeInfo&)> publish)
    : peersChanged(executor),
      m_clock(clock),
      m_options(std::move(options)),
      m_publish(std::move(publish)),
      m_node(executor, clock, rng, m_options.node) {
  m_node.setOnSelfChanged([this](const SelfInfo& self) { m_publish(describe(self)); });
}

coordination::NodeInfo CoordinatedNode::describe(const SelfInfo& self) const {
  coordination::NodeInfo info;
  info.id = m_options.nodeId;
  info.asOf = m_clock.wallNow();
  info.key = m_node.key();
  info.disco = m_node.discoKey();
  info.preferredDerp = self.homeRegion;
  for (const auto& [region, latency] : self.latencies)
    info.derpLatency[std::to_string(region) + "-v4"] = std::chrono::duration<double>(latency).count();
  info.derpForcedWebSocket = self.forcedWebSockets;
  info.addresses = info.allowedIps = m_node.addresses();
  info.endpoints = self.place.endpoints;
  return info;
}

void CoordinatedNode::putPeer(const coordination::NodeInfo& peer, bool keepsAlive) {
  m_node.putPeer({peer.key, peer.disco, peer.preferredDerp, peer.allowedIps, peer.endpoints});
  if (keepsAlive) m_node.setPeerKeepalive(peer.key, coordination::kPersistentKeepalive);
  for (const Ipv6& address : peer.allowedIps) m_peers[address] = peer.key;
  peersChanged.notify();
}

void CoordinatedNode::removePeer(const wire::NodePublic& key) {
  m_node.removePeer(key);
  std::erase_if(m_peers, [&key](const auto& entry) { return entry.second == key; });
  peersChanged.notify();
}

std::optional<TimePoint> CoordinatedNode::lastHandshakeAt(const wire::NodePublic& key) const {
  const auto status = m_node.findPeerStatus(key);
  return status ? status->lastHandshakeAt : std::nullopt;
}

void CoordinatedNode::setDerpMap(const wire::DerpMap& map) {
  wire::DerpMap reachable = map;
  reachable.pointEmbeddedRelaysAt(m_options.server.scheme, m_options.server.host, m_options.server.port);
  if (reachable == m_map) return;
  m_map = std::move(reachable);
  m_node.setDerpMap(m_map, m_options.forcesWebSockets);
}

void CoordinatedNode::setForcesWebSockets(bool forces) {
  if (forces == m_options.forcesWebSockets) return;
  m_options.forcesWebSockets = forces;
  m_node.setDerpMap(m_map, forces);
}

std::optional<wire::NodePublic> CoordinatedNode::findPeer(const Ipv6& address) const {
  const auto found = m_peers.find(address);
  return found == m_peers.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace berth::tunnel::dialer
