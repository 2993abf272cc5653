#include "tunnel/disco/Exchange.h"

namespace berth::tunnel::disco {

namespace {

wire::Endpoint addressOf(const Via& via) {
  if (const auto* udp = std::get_if<ViaUdp>(&via)) return udp->source;
  return wire::relayEndpoint(std::get<ViaRelay>(via).region);
}

}  // namespace

Exchange::Exchange(wire::DiscoPrivate key, wire::NodePublic self, Rng& rng)
    : m_key(std::move(key)), m_publicKey(m_key.publicKey()), m_self(self), m_rng(rng) {}

void Exchange::putPeer(const wire::NodePublic& peer, const wire::DiscoPublic& disco) {
  const auto known = m_peers.find(peer);
  if (known != m_peers.end() && known->second.disco == disco) return;
  removePeer(peer);
  auto box = wire::Box::make(m_key, disco);
  if (!box) return;
  m_peers.emplace(peer, PeerState{disco, std::move(*box), {}});
  m_nodesByDisco.emplace(disco, peer);
}

void Exchange::removePeer(const wire::NodePublic& peer) {
  if (m_peers.erase(peer) == 0) return;
  std::erase_if(m_nodesByDisco, [&peer](const auto& entry) { return entry.second == peer; });
  std::erase_if(m_outstanding, [&peer](const auto& ping) { return ping.peer == peer; });
}

Exchange::PeerState* Exchange::findPeer(const wire::NodePublic& peer, const wire::DiscoPublic& sender) {
  const auto found = m_peers.find(peer);
  return found != m_peers.end() && found->second.disco == sender ? &found->second : nullptr;
}

// reference/tailnet.md 6.2: the relay's source key; the key in the ping; the only peer with this disco key.
std::optional<wire::NodePublic> Exchange::nodeOf(const wire::DiscoPublic& sender, const Via& via,
                                                 const std::optional<wire::NodePublic>& claimed) {
  if (const auto* relay = std::get_if<ViaRelay>(&via); relay && findPeer(relay->peer, sender)) return relay->peer;
  if (claimed && findPeer(*claimed, sender)) return claimed;
  if (m_nodesByDisco.count(sender) == 1) return m_nodesByDisco.find(sender)->second;
  return std::nullopt;
}

Outcome Exchange::onPacket(ByteView packet, const Via& via, TimePoint now) {
  if (!looksLikeDisco(packet)) return Ignored{};
  if (std::holds_alternative<ViaUdp>(via) && !m_takesUdp) return Ignored{};
  const wire::DiscoPublic sender = senderOf(packet);
  const auto node = m_nodesByDisco.find(sender);
  if (node == m_nodesByDisco.end()) return Ignored{};
  auto message = open(packet, m_peers.at(node->second).box);
  if (!message) return Ignored{};
  if (const auto* ping = std::get_if<Ping>(&*message)) return onPing(*ping, sender, via);
  if (const auto* pong = std::get_if<Pong>(&*message)) return onPong(*pong, sender, now);
  return onCallMeMaybe(std::get<CallMeMaybe>(std::move(*message)), sender, via);
}

Outcome Exchange::onPing(const Ping& ping, const wire::DiscoPublic& sender, const Via& via) {
  const auto node = nodeOf(sender, via, ping.nodeKey);
  if (!node) return Ignored{};
  PeerState& peer = m_peers.at(*node);
  const wire::Endpoint source = addressOf(via);
  if (peer.lastPingByPath.size() >= kMaxPathsPerPeer) peer.lastPingByPath.clear();
  const auto [last, isNewPath] = peer.lastPingByPath.try_emplace(source, ping.id);
  if (!isNewPath && last->second == ping.id) return Ignored{};
  last->second = ping.id;
  return PingReceived{*node, seal(Pong{ping.id, source}, m_publicKey, peer.box, m_rng)};
}

Outcome Exchange::onPong(const Pong& pong, const wire::DiscoPublic& sender, TimePoint now) {
  while (!m_outstanding.empty() && now - m_outstanding.front().sentAt >= kPingTimeout) m_outstanding.pop_front();
  const auto found = std::ranges::find(m_outstanding, pong.id, &OutstandingPing::id);
  if (found == m_outstanding.end() || findPeer(found->peer, sender) == nullptr) return Ignored{};
  const PongReceived received{found->peer, now - found->sentAt, found->to, pong.source};
  m_outstanding.erase(found);
  return received;
}

Outcome Exchange::onCallMeMaybe(CallMeMaybe message, const wire::DiscoPublic& sender, const Via& via) {
  const auto* relay = std::get_if<ViaRelay>(&via);
  if (relay == nullptr || findPeer(relay->peer, sender) == nullptr) return Ignored{};
  return CalledMe{relay->peer, std::move(message.endpoints)};
}

std::optional<Bytes> Exchange::ping(const wire::NodePublic& peer, const std::optional<wire::Endpoint>& to,
                                    TimePoint now) {
  const auto found = m_peers.find(peer);
  if (found == m_peers.end()) return std::nullopt;
  if (m_outstanding.size() >= kMaxOutstandingPings) m_outstanding.pop_front();
  OutstandingPing ping{peer, to, {}, now};
  m_rng.fill(ping.id);
  m_outstanding.push_back(ping);
  return seal(Ping{ping.id, m_self}, m_publicKey, found->second.box, m_rng);
}

std::optional<Bytes> Exchange::callMeMaybe(const wire::NodePublic& peer, std::vector<wire::Endpoint> endpoints) {
  const auto found = m_peers.find(peer);
  if (found == m_peers.end()) return std::nullopt;
  return seal(CallMeMaybe{std::move(endpoints)}, m_publicKey, found->second.box, m_rng);
}

}  // namespace berth::tunnel::disco
