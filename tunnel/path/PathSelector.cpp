#include "tunnel/path/PathSelector.h"

namespace berth::tunnel::path {

namespace {

constexpr std::size_t kMaxBoundAddresses = 2 * kMaxCandidates;  // of one peer

RelayRoute relayOf(int homeRegion, const std::optional<int>& heardIn) { return {heardIn.value_or(homeRegion)}; }

Route routeOf(const disco::Via& via) {
  if (const auto* udp = std::get_if<disco::ViaUdp>(&via)) return DirectRoute{udp->source};
  return RelayRoute{std::get<disco::ViaRelay>(via).region};
}

}  // namespace

PathSelector::State* PathSelector::find(const wire::NodePublic& peer) {
  const auto found = m_peers.find(peer);
  return found == m_peers.end() ? nullptr : &found->second;
}

void PathSelector::setDirect(bool isOn) {
  if (isOn == m_isDirectOn) return;
  m_isDirectOn = isOn;
  m_exchange.setUdp(isOn);
  m_calls.clear();
  m_bound.clear();
  for (auto& [peer, state] : m_peers) {
    state.path = PeerPath();
    state.boundAddresses = 0;
    if (isOn) state.path.setEndpoints(state.place.endpoints);
    if (std::exchange(state.lastDirect, std::nullopt)) m_changed.push_back(peer);
  }
}

// ---- peers

void PathSelector::putPeer(const wire::NodePublic& peer, PeerPlace place, TimePoint now) {
  m_exchange.putPeer(peer, place.disco);
  State& state = m_peers[peer];
  // A peer that moved home is not where it was heard before; one with a new disco key is another process.
  if (state.place.homeRegion != place.homeRegion) state.heardIn.reset();
  if (state.place.disco != place.disco) {
    state.path = PeerPath();
    unbind(peer);
  }
  state.place = std::move(place);
  if (m_isDirectOn) state.path.setEndpoints(state.place.endpoints);
  collect(peer, state, now);
}

void PathSelector::removePeer(const wire::NodePublic& peer) {
  m_exchange.removePeer(peer);
  unbind(peer);
  m_peers.erase(peer);
  m_calls.erase(peer);
  std::erase(m_changed, peer);
  std::erase_if(m_messages, [&peer](const Message& message) { return message.peer == peer; });
}

void PathSelector::bind(const wire::NodePublic& peer, const wire::Endpoint& source, TimePoint now) {
  State& state = m_peers.at(peer);
  const auto [at, isNew] = m_bound.try_emplace(source, peer);
  if (!isNew && at->second == peer) return;
  if (++state.boundAddresses > kMaxBoundAddresses) {
    // It makes addresses up, or somebody repeats its pings from many: the one that answers stays.
    unbind(peer);
    state.boundAddresses = 1;
    if (const auto direct = state.path.trusted(now); direct && m_bound.try_emplace(*direct, peer).second)
      ++state.boundAddresses;
  }
  m_bound[source] = peer;
}

void PathSelector::unbind(const wire::NodePublic& peer) {
  std::erase_if(m_bound, [&peer](const auto& entry) { return entry.second == peer; });
  if (State* const state = find(peer)) state->boundAddresses = 0;
}

// ---- choosing

PathSelector::Choice PathSelector::choose(const wire::NodePublic& peer, TimePoint now) {
  State* const state = find(peer);
  if (state == nullptr) return {};
  const int relay = relayOf(state->place.homeRegion, state->heardIn).region;
  if (!m_isDirectOn) return {std::nullopt, relay};
  const PeerPath::Choice choice = state->path.choose(now);
  if (state->path.hasWork()) collect(peer, *state, now);
  return {choice.direct, choice.usesRelay ? std::optional(relay) : std::nullopt};
}

std::optional<Route> PathSelector::routeTo(const wire::NodePublic& peer, TimePoint now) const {
  const auto found = m_peers.find(peer);
  if (found == m_peers.end()) return std::nullopt;
  const State& state = found->second;
  if (const auto direct = state.path.trusted(now)) return DirectRoute{*direct};
  return relayOf(state.place.homeRegion, state.heardIn);
}

std::optional<int> PathSelector::relayTo(const wire::NodePublic& peer) const {
  const auto found = m_peers.find(peer);
  if (found == m_peers.end()) return std::nullopt;
  return relayOf(found->second.place.homeRegion, found->second.heardIn).region;
}

void PathSelector::onHeard(const wire::NodePublic& peer, const Route& route) {
  State* const state = find(peer);
  if (state == nullptr) return;
  if (const auto* relay = std::get_if<RelayRoute>(&route))
    state->heardIn = relay->region;
  else
    state->path.onHeard();
}

void PathSelector::onGone(const wire::NodePublic& peer, int region) {
  State* const state = find(peer);
  if (state != nullptr && state->heardIn == region) state->heardIn.reset();
}

void PathSelector::onRelayBack(TimePoint now) {
  if (m_isDirectOn) callSearched(now);
}

void PathSelector::onNetworkChange(TimePoint now) {
  m_ownEndpointsAt.reset();
  for (auto& [peer, state] : m_peers) {
    state.path.onNetworkChange(now);
    collect(peer, state, now);
  }
}

// ---- discovery

std::optional<PathSelector::Pong> PathSelector::onDisco(ByteView packet, const disco::Via& via, TimePoint now) {
  auto outcome = m_exchange.onPacket(packet, via, now);
  const auto* const udp = std::get_if<disco::ViaUdp>(&via);
  if (auto* ping = std::get_if<disco::PingReceived>(&outcome)) {
    m_messages.push_back({ping->peer, std::move(ping->pong), routeOf(via)});
    if (udp == nullptr) return std::nullopt;
    State& state = m_peers.at(ping->peer);
    bind(ping->peer, udp->source, now);
    state.path.onPing(udp->source, now);
    collect(ping->peer, state, now);
  } else if (const auto* pong = std::get_if<disco::PongReceived>(&outcome)) {
    if (pong->pinged.has_value() != (udp != nullptr)) return std::nullopt;  // it went another way than it came
    if (udp != nullptr) {
      State& state = m_peers.at(pong->peer);
      bind(pong->peer, udp->source, now);
      state.path.onPong(*pong->pinged, pong->roundTrip, now);
      collect(pong->peer, state, now);
    }
    return Pong{pong->peer, pong->roundTrip, udp ? Route(DirectRoute{*pong->pinged}) : routeOf(via)};
  } else if (const auto* call = std::get_if<disco::CalledMe>(&outcome); call && m_isDirectOn) {
    State& state = m_peers.at(call->peer);
    state.path.onCallMeMaybe(call->endpoints, now);
    collect(call->peer, state, now);
  }
  return std::nullopt;
}

bool PathSelector::probe(const wire::NodePublic& peer, TimePoint now) {
  State* const state = find(peer);
  if (state == nullptr) return false;
  if (!state->path.trusted(now))
    if (auto ping = m_exchange.ping(peer, std::nullopt, now))
      m_messages.push_back({peer, *std::move(ping), relayOf(state->place.homeRegion, state->heardIn)});
  if (!m_isDirectOn) return true;
  state->path.probe(now);
  collect(peer, *state, now);
  return true;
}

void PathSelector::collect(const wire::NodePublic& peer, State& state, TimePoint now) {
  const PeerPath::Work work = state.path.takeWork();
  for (const wire::Endpoint& to : work.pings)
    if (auto ping = m_exchange.ping(peer, to, now)) m_messages.push_back({peer, *std::move(ping), DirectRoute{to}});
  if (work.callsPeer) {
    m_calls.insert(peer);
    sendCalls(now);
  }
  m_nextTimerAt = std::min(m_nextTimerAt, state.path.nextTimerAt());
  if (const auto direct = state.path.trusted(now); direct != state.lastDirect) {
    state.lastDirect = direct;
    if (!std::ranges::contains(m_changed, peer)) m_changed.push_back(peer);
  }
}

void PathSelector::setOwnEndpoints(std::vector<wire::Endpoint> endpoints, TimePoint now) {
  const bool isNew = endpoints != m_ownEndpoints;
  m_ownEndpoints = std::move(endpoints);
  m_ownEndpointsAt = now;
  if (isNew) return callSearched(now);
  sendCalls(now);
}

void PathSelector::callSearched(TimePoint now) {
  for (const auto& [peer, state] : m_peers)
    if (state.path.isSearching(now)) m_calls.insert(peer);
  sendCalls(now);
}

void PathSelector::sendCalls(TimePoint now) {
  if (!m_ownEndpointsAt || now - *m_ownEndpointsAt >= kEndpointsFresh) return;
  for (const wire::NodePublic& peer : std::exchange(m_calls, {})) {
    const State* const state = find(peer);
    if (state == nullptr || m_ownEndpoints.empty() || !m_isDirectOn) continue;
    if (auto call = m_exchange.callMeMaybe(peer, m_ownEndpoints))
      m_messages.push_back({peer, *std::move(call), relayOf(state->place.homeRegion, state->heardIn)});
  }
}

void PathSelector::onTimer(TimePoint now) {
  m_nextTimerAt = TimePoint::max();
  for (auto& [peer, state] : m_peers) {
    state.path.onTimer(now);
    collect(peer, state, now);
  }
}

std::optional<PathSelector::Message> PathSelector::nextMessage() {
  if (m_messages.empty()) return std::nullopt;
  Message next = std::move(m_messages.front());
  m_messages.pop_front();
  return next;
}

}  // namespace berth::tunnel::path
