#include "tunnel/path/PathSelector.h"

namespace berth::tunnel::path {

void PathSelector::putPeer(const wire::NodePublic& peer, PeerPlace place) {
  m_responder.putPeer(peer, place.disco);
  State& state = m_peers[peer];
  // A peer that moved home is not where it was heard before.
  if (state.place.homeRegion != place.homeRegion) state.heardIn.reset();
  state.place = std::move(place);
}

void PathSelector::removePeer(const wire::NodePublic& peer) {
  m_responder.removePeer(peer);
  m_peers.erase(peer);
}

std::optional<Route> PathSelector::routeTo(const wire::NodePublic& peer) const {
  const auto found = m_peers.find(peer);
  if (found == m_peers.end()) return std::nullopt;
  const State& state = found->second;
  return RelayRoute{state.heardIn.value_or(state.place.homeRegion)};
}

void PathSelector::onHeard(const wire::NodePublic& peer, const Route& route) {
  if (const auto found = m_peers.find(peer); found != m_peers.end())
    found->second.heardIn = std::get<RelayRoute>(route).region;
}

void PathSelector::onGone(const wire::NodePublic& peer, int region) {
  if (const auto found = m_peers.find(peer); found != m_peers.end() && found->second.heardIn == region)
    found->second.heardIn.reset();
}

DiscoResult PathSelector::onDisco(ByteView packet, const wire::NodePublic& source, const RelayRoute& via,
                                  TimePoint now) {
  auto outcome = m_responder.onPacket(packet, disco::ViaRelay{via.region, source}, now);
  DiscoResult result;
  if (auto* reply = std::get_if<disco::Reply>(&outcome))
    result.reply = {reply->peer, std::move(reply->packet), via};
  else if (const auto* pong = std::get_if<disco::PongReceived>(&outcome))
    result.pong = {pong->peer, pong->roundTrip};
  return result;
}

}  // namespace berth::tunnel::path
