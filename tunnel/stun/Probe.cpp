#include "tunnel/stun/Probe.h"

namespace berth::tunnel::stun {

namespace {

bool isPublic(const wire::Endpoint& endpoint) {
  return !wire::isPrivate(endpoint.address) && !wire::isLoopback(endpoint.address);
}

}  // namespace

Probe::Probe(std::vector<wire::Endpoint> servers, Rng& rng, TimePoint now) : m_beganAt(now) {
  for (const wire::Endpoint& server : servers) {
    if (m_asked.size() == kMaxServers) break;
    if (std::ranges::contains(m_asked, server, &Asked::server)) continue;
    rng.fill(m_asked.emplace_back(Asked{.server = server}).id);
  }
}

std::optional<Request> Probe::next(TimePoint now) {
  for (Asked& each : m_asked) {
    if (each.mapped || each.sent == kSendAfter.size() || now - m_beganAt < kSendAfter[each.sent]) continue;
    ++each.sent;
    return Request{each.server, makeRequest(each.id)};
  }
  return std::nullopt;
}

bool Probe::onPacket(ByteView packet, TimePoint now) {
  const auto response = parseResponse(packet);
  if (!response || now - m_beganAt >= kProbeTimeout) return false;
  const auto asked = std::ranges::find(m_asked, response->id, &Asked::id);
  if (asked == m_asked.end() || asked->sent == 0 || asked->mapped) return false;
  asked->mapped = response->address;
  return true;
}

bool Probe::isFinished(TimePoint now) const {
  return now - m_beganAt >= kProbeTimeout ||
         std::ranges::all_of(m_asked, [](const Asked& each) { return each.mapped.has_value(); });
}

TimePoint Probe::nextTimerAt() const {
  TimePoint at = m_beganAt + kProbeTimeout;
  for (const Asked& each : m_asked)
    if (!each.mapped && each.sent < kSendAfter.size()) at = std::min(at, m_beganAt + kSendAfter[each.sent]);
  return at;
}

std::vector<wire::Endpoint> Probe::mapped() const {
  std::vector<wire::Endpoint> found;
  for (const Asked& each : m_asked)
    if (each.mapped && !std::ranges::contains(found, *each.mapped)) found.push_back(*each.mapped);
  std::ranges::stable_partition(found, isPublic);
  return found;
}

std::optional<bool> Probe::mappingVaries() const {
  std::vector<wire::Endpoint> beyond;
  for (const Asked& each : m_asked)
    if (each.mapped && wire::isV4Mapped(each.mapped->address) && isPublic(*each.mapped)) beyond.push_back(*each.mapped);
  if (beyond.size() < 2) return std::nullopt;
  return std::ranges::adjacent_find(beyond, std::not_equal_to()) != beyond.end();
}

}  // namespace berth::tunnel::stun
