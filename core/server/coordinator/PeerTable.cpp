#include "core/server/coordinator/PeerTable.h"

#include <format>

namespace berth::server {

using rpc::tailnetpb::CoordinateRequest;
using rpc::tailnetpb::CoordinateResponse;
using rpc::tailnetpb::Node;

namespace {

constexpr auto kNode = CoordinateResponse::PeerUpdate::NODE;
constexpr auto kDisconnected = CoordinateResponse::PeerUpdate::DISCONNECTED;
constexpr auto kLost = CoordinateResponse::PeerUpdate::LOST;
constexpr auto kReady = CoordinateResponse::PeerUpdate::READY_FOR_HANDSHAKE;

Result<Uuid> parseId(std::string_view bytes, std::string_view prefix) {
  if (const auto id = rpc::uuidFromWire(bytes)) return *id;
  return fail(ErrorCode::InvalidInput,
              std::format("{}unable to convert bytes to UUID: invalid UUID (got {} bytes)", prefix, bytes.size()));
}

void endMailbox(Mailbox& mailbox, const std::string& error) {
  if (mailbox.isEnded) return;
  if (!error.empty()) mailbox.responses.emplace_back().set_error(error);
  mailbox.isEnded = true;
  if (mailbox.wake) mailbox.wake();
}

}  // namespace

void PeerTable::connect(const Uuid& id, std::shared_ptr<Mailbox> mailbox) {
  if (Peer* old = findPeer(id)) {
    endMailbox(*old->mailbox, "peer ID overwritten by new connection");
    m_peers.erase(id);
  }
  Peer& peer = m_peers[id];
  peer.mailbox = std::move(mailbox);
  CoordinateResponse batch;
  for (const Uuid& other : tunnelPeers(id)) {
    auto update = nodeUpdate(peer, other, "init");
    if (!update) continue;
    *batch.add_peer_updates() = *std::move(update);
    if (static_cast<std::size_t>(batch.peer_updates_size()) == kMaxUpdatesPerResponse)
      deliver(id, peer, std::exchange(batch, {}));
  }
  if (batch.peer_updates_size() > 0) deliver(id, peer, std::move(batch));
}

Result<void> PeerTable::apply(const Uuid& id, const Mailbox& mailbox, const CoordinateRequest& request) {
  if (!isCurrent(id, mailbox)) return {};
  if (request.has_update_self()) setNode(id, request.update_self().node());
  if (request.has_add_tunnel()) {
    TRY_ASSIGN(const Uuid to, parseId(request.add_tunnel().id(), ""));
    TRY(addTunnel(id, to));
  }
  if (request.has_remove_tunnel()) {
    TRY_ASSIGN(const Uuid to, parseId(request.remove_tunnel().id(), ""));
    removeTunnel(id, to);
  }
  if (request.has_disconnect()) remove(id, kDisconnected, "graceful disconnect", "");
  for (const auto& ready : request.ready_for_handshake()) {
    TRY_ASSIGN(const Uuid to, parseId(ready.id(), "handle ack: "));
    TRY(passReadiness(id, to));
  }
  removeOverflowing();
  return {};
}

void PeerTable::lose(const Uuid& id, const Mailbox& mailbox) {
  if (isCurrent(id, mailbox)) remove(id, kLost, "lost", "");
  removeOverflowing();
}

void PeerTable::closeAll() {
  while (!m_peers.empty()) remove(m_peers.begin()->first, kLost, "lost", "coordinator closed");
  m_tunnelsFrom.clear();
  m_tunnelsTo.clear();
  m_overflowing.clear();
}

const Node* PeerTable::findNode(const Uuid& id) const {
  const auto found = m_peers.find(id);
  return found != m_peers.end() && found->second.node ? &*found->second.node : nullptr;
}

PeerTable::Peer* PeerTable::findPeer(const Uuid& id) {
  const auto found = m_peers.find(id);
  return found == m_peers.end() ? nullptr : &found->second;
}

bool PeerTable::isCurrent(const Uuid& id, const Mailbox& mailbox) {
  const Peer* peer = findPeer(id);
  return peer && peer->mailbox.get() == &mailbox;
}

void PeerTable::setNode(const Uuid& id, const Node& node) {
  Peer& peer = *findPeer(id);
  peer.node = node;
  peer.nodeBytes = node.SerializeAsString();
  for (const Uuid& other : tunnelPeers(id)) sendNode(other, id, "node update");
}

Result<void> PeerTable::addTunnel(const Uuid& from, const Uuid& to) {
  auto& destinations = m_tunnelsFrom[from];
  if (destinations.size() >= kMaxTunnelsPerPeer && !destinations.contains(to))
    return fail(ErrorCode::LimitExceeded, std::format("more than {} tunnels of one peer", kMaxTunnelsPerPeer));
  destinations.insert(to);
  m_tunnelsTo[to].insert(from);
  sendNode(from, to, "add tunnel");
  sendNode(to, from, "add tunnel");
  return {};
}

void PeerTable::removeTunnel(const Uuid& from, const Uuid& to) {
  const auto found = m_tunnelsFrom.find(from);
  if (found == m_tunnelsFrom.end() || found->second.erase(to) == 0) return;
  if (found->second.empty()) m_tunnelsFrom.erase(found);
  if (auto& sources = m_tunnelsTo[to]; sources.erase(from) > 0 && sources.empty()) m_tunnelsTo.erase(to);
  sendGone(from, to, kDisconnected, "remove tunnel");
  sendGone(to, from, kDisconnected, "remove tunnel");
}

Result<void> PeerTable::passReadiness(const Uuid& from, const Uuid& to) {
  if (shareTunnel(from, to)) {
    Update update;
    update.set_id(rpc::toWire(from));
    update.set_kind(kReady);
    post(to, std::move(update));
  } else if (Peer* sender = findPeer(from)) {
    CoordinateResponse refusal;
    refusal.set_error(std::format("ready for handshake error: you do not share a tunnel with \"{}\"", to.toString()));
    deliver(from, *sender, std::move(refusal));
  }
  return {};
}

bool PeerTable::shareTunnel(const Uuid& a, const Uuid& b) const {
  const auto has = [this](const Uuid& from, const Uuid& to) {
    const auto found = m_tunnelsFrom.find(from);
    return found != m_tunnelsFrom.end() && found->second.contains(to);
  };
  return has(a, b) || has(b, a);
}

std::set<Uuid> PeerTable::tunnelPeers(const Uuid& id) const {
  std::set<Uuid> peers;
  for (const auto* tunnels : {&m_tunnelsFrom, &m_tunnelsTo})
    if (const auto found = tunnels->find(id); found != tunnels->end())
      peers.insert(found->second.begin(), found->second.end());
  return peers;
}

void PeerTable::remove(const Uuid& peer, Kind kind, const std::string& reason, const std::string& error) {
  const Uuid id = peer;  // `peer` may live in what is erased here
  const auto found = m_peers.find(id);
  if (found == m_peers.end()) return;
  endMailbox(*found->second.mailbox, error);
  m_peers.erase(found);
  for (const Uuid& other : tunnelPeers(id)) sendGone(other, id, kind, reason);
  // Tunnels to it stay, so that it is announced again when it returns.
  const auto tunnels = m_tunnelsFrom.extract(id);
  if (tunnels.empty()) return;
  for (const Uuid& to : tunnels.mapped())
    if (auto& sources = m_tunnelsTo[to]; sources.erase(id) > 0 && sources.empty()) m_tunnelsTo.erase(to);
}

// What `receiver` is to be told about a peer's node; nothing when it knows or there is none.
std::optional<PeerTable::Update> PeerTable::nodeUpdate(Peer& receiver, const Uuid& about, std::string_view reason) {
  const Peer* subject = findPeer(about);
  if (!subject || !subject->node) return std::nullopt;
  std::string& last = receiver.lastSent[about];
  if (last == subject->nodeBytes && !last.empty()) return std::nullopt;
  last = subject->nodeBytes;
  Update update;
  update.set_id(rpc::toWire(about));
  *update.mutable_node() = *subject->node;
  update.set_kind(kNode);
  update.set_reason(std::string(reason));
  return update;
}

void PeerTable::sendNode(const Uuid& to, const Uuid& about, std::string_view reason) {
  Peer* receiver = findPeer(to);
  if (!receiver) return;
  if (auto update = nodeUpdate(*receiver, about, reason)) post(to, *std::move(update));
}

void PeerTable::sendGone(const Uuid& to, const Uuid& about, Kind kind, const std::string& reason) {
  Peer* receiver = findPeer(to);
  if (!receiver || receiver->lastSent.erase(about) == 0) return;
  Update update;
  update.set_id(rpc::toWire(about));
  update.set_kind(kind);
  update.set_reason(reason);
  post(to, std::move(update));
}

void PeerTable::post(const Uuid& to, Update update) {
  Peer* receiver = findPeer(to);
  if (!receiver) return;
  CoordinateResponse response;
  *response.add_peer_updates() = std::move(update);
  deliver(to, *receiver, std::move(response));
}

void PeerTable::deliver(const Uuid& id, Peer& peer, CoordinateResponse response) {
  if (peer.mailbox->responses.size() >= kMaxQueuedResponses) {
    m_overflowing.push_back(id);
    return;
  }
  peer.mailbox->responses.push_back(std::move(response));
  if (peer.mailbox->wake) peer.mailbox->wake();
}

// A peer that doesn't read goes, and others are told, which may fill further mailboxes.
void PeerTable::removeOverflowing() {
  while (!m_overflowing.empty()) {
    const Uuid id = m_overflowing.back();
    m_overflowing.pop_back();
    remove(id, kDisconnected, "failed to update tunnel peer mapping", "failed to update tunnel peer mapping");
  }
}

}  // namespace berth::server
