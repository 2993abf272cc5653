#include "tunnel/path/PeerPath.h"

#include <algorithm>

namespace berth::tunnel::path {

namespace {

constexpr int kLoopbackPoints = 50;
constexpr int kPrivatePoints = 20;
constexpr int kV6Points = 10;
constexpr int kTrifle = 1;

int placePoints(const wire::Endpoint& endpoint) {
  int points = wire::isV4Mapped(endpoint.address) ? 0 : kV6Points;
  if (wire::isLoopback(endpoint.address))
    points += kLoopbackPoints;
  else if (wire::isPrivate(endpoint.address))
    points += kPrivatePoints;
  return points;
}

// For being faster than the other: what percentage of its latency is saved.
int speedPoints(std::chrono::nanoseconds latency, std::chrono::nanoseconds other) {
  return latency < other ? static_cast<int>(100 - latency * 100 / other) : 0;
}

// reference/tailnet.md 3.2, and what no ping could be sent to.
bool isUsable(const wire::Endpoint& endpoint) {
  const Ipv6& address = endpoint.address;
  const bool isV4 = wire::isV4Mapped(address);
  const bool isMulticast =
      isV4 ? (address.bytes[12] & std::byte{0xf0}) == std::byte{0xe0} : address.bytes[0] == std::byte{0xff};
  const bool isUnspecified = address == Ipv6{} || (isV4 && address.bytes[12] == std::byte{0});
  const bool isLinkLocal = !isV4 && wire::isLinkLocal(address);
  return endpoint.port != 0 && !isMulticast && !isUnspecified && !isLinkLocal && !wire::isInsideTailnet(address);
}

}  // namespace

bool isBetter(const MeasuredAddress& a, const MeasuredAddress& b) {
  if (a.endpoint == b.endpoint) return false;
  const int pointsOfA = placePoints(a.endpoint) + speedPoints(a.latency, b.latency);
  const int pointsOfB = placePoints(b.endpoint) + speedPoints(b.latency, a.latency);
  if (pointsOfA <= kTrifle && pointsOfB == 0) return false;
  return pointsOfA > pointsOfB;
}

// ---- candidates

PeerPath::Candidate* PeerPath::find(const wire::Endpoint& endpoint) {
  const auto found = std::ranges::find(m_candidates, endpoint, &Candidate::endpoint);
  return found == m_candidates.end() ? nullptr : &*found;
}

// Makes room by dropping who was only heard from, the longest ago first. Null when there is none to drop.
PeerPath::Candidate* PeerPath::add(const wire::Endpoint& endpoint) {
  if (!isUsable(endpoint)) return nullptr;
  if (Candidate* const known = find(endpoint)) return known;
  if (m_candidates.size() >= kMaxCandidates) {
    const auto isDroppable = [this](const Candidate& each) {
      return !each.isFromCoordinator && !each.isFromCall && !(m_best && m_best->address.endpoint == each.endpoint);
    };
    auto oldest = m_candidates.end();
    for (auto each = m_candidates.begin(); each != m_candidates.end(); ++each)
      if (isDroppable(*each) && (oldest == m_candidates.end() || each->pingedUsAt < oldest->pingedUsAt)) oldest = each;
    if (oldest == m_candidates.end()) return nullptr;
    m_candidates.erase(oldest);
  }
  m_roundDueAt = TimePoint::min();
  m_hasWork = true;
  return &m_candidates.emplace_back(Candidate{.endpoint = endpoint});
}

// What nobody stands for any more, unless it works.
void PeerPath::dropOrphans() {
  std::erase_if(m_candidates, [this](const Candidate& each) {
    return !each.isFromCoordinator && !each.isFromCall && !each.pingedUsAt &&
           !(m_best && m_best->address.endpoint == each.endpoint);
  });
}

void PeerPath::setEndpoints(const std::vector<wire::Endpoint>& endpoints) {
  for (Candidate& each : m_candidates) each.isFromCoordinator = false;
  for (const wire::Endpoint& endpoint : endpoints)
    if (Candidate* const candidate = add(endpoint)) candidate->isFromCoordinator = true;
  dropOrphans();
}

void PeerPath::onCallMeMaybe(const std::vector<wire::Endpoint>& endpoints, TimePoint now) {
  for (Candidate& each : m_candidates) each.isFromCall = false;
  for (const wire::Endpoint& endpoint : endpoints)
    if (Candidate* const candidate = add(endpoint)) candidate->isFromCall = true;
  dropOrphans();
  if (!m_calledAt || now - *m_calledAt >= kCallSpacing) {
    m_calledAt = now;
    // Who calls does not trust its path to us, so ours may be as dead: after its address has changed, for one.
    distrust(now);
    for (Candidate& each : m_candidates) each.pingedAt.reset();
  }
  startRound(Calls::Nobody, now);
}

// The peer has just opened its side's NAT towards us, so a ping of ours passes now, even if the last one did not.
void PeerPath::onPing(const wire::Endpoint& source, TimePoint now) {
  Candidate* const candidate = add(source);
  if (candidate == nullptr) return;
  candidate->pingedUsAt = now;
  if (isTrusted(now)) return;
  const bool isDue = !candidate->pingedAt || now - *candidate->pingedAt >= kPingSpacing;
  if (isDue) candidate->echoes = 0;
  if (!isDue && candidate->echoes == kMaxEchoes) return;
  ++candidate->echoes;
  ping(*candidate, now);
}

// ---- the best address

std::chrono::nanoseconds PeerPath::patience() const {
  return m_best ? std::max<std::chrono::nanoseconds>(kDoubtAfter, 4 * m_best->address.latency) : kDoubtAfter;
}

bool PeerPath::isInDoubt(TimePoint now) const { return m_unansweredSince && now - *m_unansweredSince >= patience(); }

bool PeerPath::isTrusted(TimePoint now) const { return m_best && now <= m_best->trustedUntil && !isInDoubt(now); }

std::optional<wire::Endpoint> PeerPath::trusted(TimePoint now) const {
  return isTrusted(now) ? std::optional(m_best->address.endpoint) : std::nullopt;
}

void PeerPath::onPong(const wire::Endpoint& pinged, std::chrono::nanoseconds roundTrip, TimePoint now) {
  if (find(pinged) == nullptr) return;
  const MeasuredAddress measured{pinged, roundTrip};
  const bool isBest = m_best && m_best->address.endpoint == pinged;
  if (!isBest && isTrusted(now) && !isBetter(measured, m_best->address)) return;
  m_best = Best{measured, now + kTrust};
  m_unansweredSince.reset();
  m_silentSince.reset();
  m_hasWork = true;
}

void PeerPath::distrust(TimePoint now) {
  if (m_best) m_best->trustedUntil = std::min(m_best->trustedUntil, now - std::chrono::nanoseconds(1));
}

void PeerPath::onNetworkChange(TimePoint now) {
  distrust(now);
  for (Candidate& each : m_candidates) each.pingedAt.reset();
  if (isActive(now)) startRound(Calls::Peer, now);
}

// ---- pings

void PeerPath::ping(Candidate& candidate, TimePoint now) {
  candidate.pingedAt = now;
  m_work.pings.push_back(candidate.endpoint);
  m_hasWork = true;
  if (!m_best || m_best->address.endpoint != candidate.endpoint) return;
  m_bestPingedAt = now;
  if (!m_unansweredSince) m_unansweredSince = now;
}

void PeerPath::pingBest(TimePoint now) {
  if (Candidate* const best = m_best ? find(m_best->address.endpoint) : nullptr) ping(*best, now);
}

void PeerPath::startRound(Calls calls, TimePoint now) {
  m_lastRoundAt = now;
  m_roundDueAt = TimePoint::max();
  bool hasPinged = false;
  for (Candidate& each : m_candidates) {
    if (!each.pingedAt || now - *each.pingedAt >= kPingSpacing) {
      each.echoes = 0;
      ping(each, now);
      hasPinged = true;
    }
    m_roundDueAt = std::min(m_roundDueAt, *each.pingedAt + kPingSpacing);
  }
  if (hasPinged && calls == Calls::Peer) m_work.callsPeer = true;
  m_hasWork = true;
}

void PeerPath::noteActivity(TimePoint now) {
  m_lastSendAt = now;
  if (m_heartbeatAt) return;
  m_heartbeatAt = now + kHeartbeat;
  m_hasWork = true;
}

PeerPath::Choice PeerPath::choose(TimePoint now) {
  noteActivity(now);
  if (isTrusted(now)) {
    if (!m_silentSince)
      m_silentSince = now;
    else if (now - *m_silentSince >= kSilence && !m_unansweredSince)
      pingBest(now);
    return {m_best->address.endpoint, false};
  }
  if (now >= m_roundDueAt) startRound(Calls::Peer, now);
  if (!m_best) return {};
  return {m_best->address.endpoint, true};
}

void PeerPath::probe(TimePoint now) {
  noteActivity(now);
  if (isTrusted(now)) return pingBest(now);
  if (now >= m_roundDueAt) return startRound(Calls::Peer, now);
  for (Candidate& each : m_candidates) ping(each, now);
}

// ---- time

void PeerPath::heartbeat(TimePoint now) {
  if (!isActive(now)) {
    m_heartbeatAt.reset();
    m_unansweredSince.reset();
    m_silentSince.reset();
    return;
  }
  m_heartbeatAt = now + kHeartbeat;
  pingBest(now);
  const bool wantsBetter = m_best && m_best->address.latency > kGoodEnough && now - m_lastRoundAt >= kUpgradeInterval;
  if (wantsBetter) startRound(Calls::Peer, now);
}

void PeerPath::onTimer(TimePoint now) {
  if (m_unansweredSince && now - *m_unansweredSince >= kForgetAfter) {
    m_best.reset();
    m_unansweredSince.reset();
    m_silentSince.reset();
  }
  if (m_heartbeatAt && now >= *m_heartbeatAt) heartbeat(now);
  if (!m_heartbeatAt || isTrusted(now)) return;
  if (isInDoubt(now) && now - *m_bestPingedAt >= kDoubtedSpacing) pingBest(now);
  if (now >= m_roundDueAt) startRound(Calls::Peer, now);
}

TimePoint PeerPath::nextTimerAt() const noexcept {
  if (!m_heartbeatAt) return TimePoint::max();
  TimePoint at = *m_heartbeatAt;
  TimePoint untrustedAt = m_best ? m_best->trustedUntil + std::chrono::nanoseconds(1) : TimePoint::min();
  if (m_unansweredSince) {
    const TimePoint doubtAt = *m_unansweredSince + patience();
    untrustedAt = std::min(untrustedAt, doubtAt);
    at = std::min(at, std::max(doubtAt, *m_bestPingedAt + kDoubtedSpacing));
  }
  return std::min(at, std::max(untrustedAt, m_roundDueAt));
}

}  // namespace berth::tunnel::path
