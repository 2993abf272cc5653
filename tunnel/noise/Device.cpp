#include "tunnel/noise/Device.h"

namespace berth::tunnel::noise {

Device::Device(wire::NodePrivate key, Rng& rng, WallTime wallNow, TimePoint now, SessionLimits limits)
    : m_identity(std::move(key)),
      m_context{m_identity,
                rng,
                m_indexes,
                [wallNow, now](TimePoint at) {
                  return wallNow + std::chrono::duration_cast<std::chrono::microseconds>(at - now);
                },
                limits,
                {}},
      m_cookieChecker(m_identity.publicKey) {}

Peer* Device::putPeer(const wire::NodePublic& key, std::vector<Ipv6> allowedIps) {
  Peer* peer = findPeer(key);
  if (peer == nullptr) {
    auto identity = StaticPeer::make(m_identity, key);
    if (!identity || key == m_identity.publicKey) return nullptr;
    peer = m_peers.emplace(key, std::make_unique<Peer>(m_context, std::move(*identity))).first->second.get();
  }
  std::erase_if(m_routes, [peer](const auto& route) { return route.second == peer; });
  for (const Ipv6& address : allowedIps) m_routes[address] = peer;
  peer->setAllowedIps(std::move(allowedIps));
  return peer;
}

void Device::removePeer(const wire::NodePublic& key) {
  const Peer* const peer = findPeer(key);
  if (peer == nullptr) return;
  std::erase_if(m_routes, [peer](const auto& route) { return route.second == peer; });
  std::erase_if(m_context.outbox, [&key](const Outgoing& outgoing) { return outgoing.peer == key; });
  m_peers.erase(key);
}

Peer* Device::findPeer(const wire::NodePublic& key) const {
  const auto found = m_peers.find(key);
  return found == m_peers.end() ? nullptr : found->second.get();
}

Peer* Device::findPeer(const Ipv6& destination) const {
  const auto found = m_routes.find(destination);
  return found == m_routes.end() ? nullptr : found->second;
}

Outcome Device::encapsulate(Peer& peer, ByteSpan buffer, std::size_t innerSize, TimePoint now) {
  return peer.encapsulate(buffer, innerSize, now);
}

Outcome Device::decapsulate(ByteSpan datagram, ByteView source, TimePoint now) {
  const auto type = typeOf(datagram);
  if (!type) return Refusal::Malformed;
  switch (*type) {
    case MessageType::Initiation: return onInitiation(datagram, source, now);
    case MessageType::Response: return onResponse(datagram, source, now);
    case MessageType::CookieReply: {
      const CookieReply message = parseCookieReply(datagram);
      Peer* const peer = m_indexes.find(message.receiver);
      return peer == nullptr ? Outcome(Refusal::UnknownIndex) : peer->onCookieReply(message, now);
    }
    case MessageType::Transport: {
      Peer* const peer = m_indexes.find(parseTransportHeader(datagram).receiver);
      return peer == nullptr ? Outcome(Refusal::UnknownIndex) : peer->onTransport(datagram, now);
    }
  }
  return Refusal::Malformed;
}

std::optional<Outcome> Device::guard(ByteView datagram, std::uint32_t sender, ByteView source, TimePoint now) {
  if (!m_cookieChecker.hasGoodMac1(datagram)) return Refusal::BadMac;
  if (!m_load.isUnderLoad(now)) return std::nullopt;
  if (!m_cookieChecker.hasGoodMac2(datagram, source, now))
    return ReplyToSource{emit(m_cookieChecker.reply(datagram, sender, source, now, m_context.rng))};
  if (!m_load.takeToken(source, now)) return Refusal::RateLimited;
  return std::nullopt;
}

Outcome Device::onInitiation(ByteView datagram, ByteView source, TimePoint now) {
  const Initiation message = parseInitiation(datagram);
  if (auto ended = guard(datagram, message.sender, source, now)) return std::move(*ended);
  const auto opened = openInitiation(m_identity, message);
  if (!opened) return Refusal::BadHandshake;
  Peer* const peer = findPeer(opened->initiator);
  return peer == nullptr ? Outcome(Refusal::UnknownPeer) : peer->onInitiation(message, *opened, now);
}

Outcome Device::onResponse(ByteView datagram, ByteView source, TimePoint now) {
  const Response message = parseResponse(datagram);
  // Before the guard: a response that nobody waits for costs nothing and must not count as load.
  Peer* const peer = m_indexes.find(message.receiver);
  if (peer == nullptr) return Refusal::UnknownIndex;
  if (auto ended = guard(datagram, message.sender, source, now)) return std::move(*ended);
  return peer->onResponse(message, now);
}

void Device::onTimer(TimePoint now) {
  m_context.nextTimerAt = TimePoint::max();
  for (const auto& [key, peer] : m_peers) {
    peer->onTimer(now);
    m_context.nextTimerAt = std::min(m_context.nextTimerAt, peer->nextTimerAt());
  }
}

std::optional<Outgoing> Device::nextDatagram() {
  if (m_context.outbox.empty()) return std::nullopt;
  Outgoing next = std::move(m_context.outbox.front());
  m_context.outbox.pop_front();
  return next;
}

}  // namespace berth::tunnel::noise
