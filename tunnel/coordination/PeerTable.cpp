#include "tunnel/coordination/PeerTable.h"

namespace berth::tunnel::coordination {

namespace {

void append(std::vector<Action>& all, std::vector<Action> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

bool NodeInfo::isSameAs(const NodeInfo& other) const {
  NodeInfo sampled = other;
  sampled.asOf = asOf;
  return *this == sampled;
}

std::string_view toString(PeerUpdate::Kind kind) noexcept {
  switch (kind) {
    case PeerUpdate::Kind::Node: return "node";
    case PeerUpdate::Kind::Disconnected: return "disconnected";
    case PeerUpdate::Kind::Lost: return "lost";
    case PeerUpdate::Kind::ReadyForHandshake: return "ready for handshake";
  }
  return "unknown";
}

std::vector<Action> PeerTable::onUpdate(const PeerUpdate& update, TimePoint now) {
  const bool isNews = update.kind == PeerUpdate::Kind::Node || update.kind == PeerUpdate::Kind::ReadyForHandshake;
  const auto known = m_peers.find(update.id);
  if (known == m_peers.end() && (!isNews || m_peers.size() >= kMaxPeers)) return {};
  PeerState& peer = known == m_peers.end() ? m_peers[update.id] : known->second;
  switch (update.kind) {
    case PeerUpdate::Kind::Node:
      return update.node ? onNode(peer, update.id, *update.node, now) : std::vector<Action>{};
    case PeerUpdate::Kind::ReadyForHandshake: return onReady(peer, update.id);
    case PeerUpdate::Kind::Disconnected: return remove(update.id);
    case PeerUpdate::Kind::Lost: onLost(peer, now); return {};
  }
  return {};
}

std::vector<Action> PeerTable::onNode(PeerState& peer, const Uuid& id, const NodeInfo& node, TimePoint now) {
  if (node.preferredDerp == 0) return {};  // not reachable yet
  peer.forgetAt.reset();
  std::vector<Action> actions;
  const bool isNewKey = peer.node && peer.node->key != node.key;
  if (isNewKey && peer.isConfigured) {  // the process is another: its sessions are gone
    actions.push_back(RemovePeer{id, peer.node->key});
    peer.isConfigured = false;
  }
  const bool isUnchanged = peer.node && peer.node->isSameAs(node);
  peer.node = node;
  if (peer.isDestination && !peer.isReady)
    peer.readyAt = now + kReadyTimeout;
  else if (!peer.isConfigured || !isUnchanged)
    actions.push_back(configure(peer, id, peer.isDestination));
  if (m_side == Side::Agent) actions.push_back(AnswerReady{id});
  return actions;
}

std::vector<Action> PeerTable::onReady(PeerState& peer, const Uuid& id) {
  peer.isReady = true;
  peer.readyAt.reset();
  if (!peer.node) return {};
  return {configure(peer, id, true)};
}

void PeerTable::onLost(PeerState& peer, TimePoint now) {
  if (!peer.forgetAt) peer.forgetAt = now + kLostTimeout;
}

void PeerTable::onStreamLost(TimePoint now) {
  for (auto& [id, peer] : m_peers)
    if (peer.node) onLost(peer, now);
}

ConfigurePeer PeerTable::configure(PeerState& peer, const Uuid& id, bool keepsAlive) {
  peer.isConfigured = true;
  return {id, *peer.node, keepsAlive};
}

std::vector<Action> PeerTable::removeDestination(const Uuid& id) { return remove(id); }

// With its destination mark: one that comes back under the same tunnel is configured at once.
std::vector<Action> PeerTable::remove(const Uuid& id) {
  const auto known = m_peers.find(id);
  if (known == m_peers.end()) return {};
  std::vector<Action> actions;
  if (known->second.isConfigured) actions.push_back(RemovePeer{id, known->second.node->key});
  m_peers.erase(known);
  return actions;
}

std::vector<Action> PeerTable::onTimer(TimePoint now) {
  std::vector<Action> actions;
  std::vector<Uuid> forgotten;
  for (auto& [id, peer] : m_peers) {
    if (peer.readyAt && *peer.readyAt <= now) {
      peer.isReady = true;
      peer.readyAt.reset();
      actions.push_back(configure(peer, id, false));
    }
    if (!peer.forgetAt || *peer.forgetAt > now) continue;
    const auto lastHandshakeAt = peer.node ? m_lastHandshakeOf(peer.node->key) : std::nullopt;
    if (lastHandshakeAt && now - *lastHandshakeAt < kLostTimeout)
      peer.forgetAt = *lastHandshakeAt + kLostTimeout;
    else
      forgotten.push_back(id);
  }
  for (const Uuid& id : forgotten) append(actions, remove(id));
  return actions;
}

TimePoint PeerTable::nextTimerAt() const {
  TimePoint next = TimePoint::max();
  for (const auto& [id, peer] : m_peers)
    for (const auto& timer : {peer.readyAt, peer.forgetAt})
      if (timer) next = std::min(next, *timer);
  return next;
}

}  // namespace berth::tunnel::coordination
