#include "tunnel/noise/Peer.h"

#include <cstring>

#include "tunnel/wire/Packet.h"

namespace berth::tunnel::noise {

Peer::Peer(DeviceContext& device, StaticPeer identity)
    : m_device(device), m_identity(std::move(identity)), m_cookies(m_identity.publicKey) {}

bool Peer::isAllowed(const Ipv6& source) const { return std::ranges::contains(m_allowedIps, source); }

// ---- packets out

Outcome Peer::encapsulate(ByteSpan buffer, std::size_t innerSize, TimePoint now) {
  if (buffer.size() < transportSize(innerSize)) return Refusal::TooBig;
  if (!hasSession(now)) {
    stage(buffer.subspan(kTransportHeaderSize, innerSize));
    beginHandshake(Attempt::First, now);
    return Nothing{};
  }
  const ByteSpan datagram = m_current->seal(buffer, innerSize);
  m_statistics.sentBytes += datagram.size();
  onSent(innerSize, now);
  if (m_current->isDueForRekeyOnSend(now)) beginHandshake(Attempt::First, now);
  return SendDatagram{datagram};
}

void Peer::sendPacket(ByteView inner, TimePoint now) {
  Bytes buffer(transportSize(inner.size()));
  std::ranges::copy(inner, buffer.begin() + kTransportHeaderSize);
  // In good order only with a session, which the callers made sure of.
  if (std::holds_alternative<SendDatagram>(encapsulate(buffer, inner.size(), now))) push(std::move(buffer));
}

void Peer::sendKeepalive(TimePoint now) {
  if (hasSession(now))
    sendPacket({}, now);
  else
    beginHandshake(Attempt::First, now);  // whose end sends one
}

void Peer::stage(ByteView inner) {
  if (m_staged.size() >= kMaxStagedPackets) m_staged.pop_front();
  m_staged.push_back(toBytes(inner));
}

void Peer::sendStaged(TimePoint now) {
  const auto staged = std::exchange(m_staged, {});
  for (const Bytes& packet : staged) sendPacket(packet, now);
}

void Peer::push(Bytes datagram) {
  if (m_device.outbox.size() >= kMaxPendingDatagrams) m_device.outbox.pop_front();
  m_device.outbox.push_back({publicKey(), std::move(datagram)});
}

// ---- handshakes

void Peer::beginHandshake(Attempt attempt, TimePoint now) {
  if (attempt == Attempt::First) m_attempts = 0;
  if (m_lastHandshakeSentAt && now - *m_lastHandshakeSentAt < kRekeyTimeout) {
    if (attempt == Attempt::Retry) arm(m_retransmitAt, *m_lastHandshakeSentAt + kRekeyTimeout + jitter());
    return;
  }
  auto index = m_device.indexes.allocate(*this, m_device.rng);
  auto begun = beginInitiation(m_device.identity, m_identity, index.index(), timestampOf(m_device.wallTimeAt(now)),
                               m_device.rng);
  if (!begun) return;  // putPeer() refuses the keys for which this could happen
  m_pending.emplace(PendingHandshake{std::move(index), std::move(begun->pending)});
  sendHandshakeMessage(emit(begun->message), now);
  arm(m_retransmitAt, now + kRekeyTimeout + jitter());
}

void Peer::sendHandshakeMessage(Bytes datagram, TimePoint now) {
  m_cookies.writeMacs(datagram, now);
  m_lastHandshakeSentAt = now;
  m_statistics.sentBytes += datagram.size();
  m_keepaliveAt.reset();
  onAuthenticPacket(now);
  push(std::move(datagram));
}

Outcome Peer::onInitiation(const Initiation& message, const OpenedInitiation& opened, TimePoint now) {
  const auto initiation = readInitiation(opened, m_identity, message);
  if (!initiation) return Refusal::BadHandshake;
  if (initiation->timestamp <= m_greatestTimestamp) return Refusal::Replayed;
  if (m_lastInitiationTakenAt && now - *m_lastInitiationTakenAt < kMinInitiationSpacing) return Refusal::Replayed;
  m_greatestTimestamp = initiation->timestamp;
  m_lastInitiationTakenAt = now;
  m_statistics.receivedBytes += kInitiationSize;
  m_newHandshakeAt.reset();

  auto index = m_device.indexes.allocate(*this, m_device.rng);
  const auto responded = respond(*initiation, m_identity, index.index(), m_device.rng);
  if (!responded) return Refusal::BadHandshake;
  m_next = std::make_unique<Session>(std::move(index), initiation->sender, responded->keys, Session::Role::Responder,
                                     now, m_device.limits);
  m_previous.reset();
  onSessionDerived(now);
  sendHandshakeMessage(emit(responded->message), now);
  return Nothing{};
}

Outcome Peer::onResponse(const Response& message, TimePoint now) {
  if (!m_pending || m_pending->index.index() != message.receiver) return Refusal::UnknownIndex;
  const auto keys = finishInitiation(m_device.identity, m_identity, m_pending->initiation, message);
  if (!keys) return Refusal::BadHandshake;
  auto session = std::make_unique<Session>(std::move(m_pending->index), message.sender, *keys, Session::Role::Initiator,
                                           now, m_device.limits);
  m_pending.reset();
  m_statistics.receivedBytes += kResponseSize;
  m_newHandshakeAt.reset();
  onAuthenticPacket(now);
  // A session that the other side began and never used is newer than the current one.
  m_previous = m_next ? std::move(m_next) : std::move(m_current);
  m_current = std::move(session);
  onSessionDerived(now);
  onHandshakeComplete(now);
  // Something must go out, for the responder may not send before it has come.
  if (m_staged.empty())
    sendKeepalive(now);
  else
    sendStaged(now);
  return Nothing{};
}

Outcome Peer::onCookieReply(const CookieReply& message, TimePoint now) {
  if (!m_pending || m_pending->index.index() != message.receiver) return Refusal::UnknownIndex;
  // Used at the next retransmission, no earlier: whitepaper 6.6.
  if (!m_cookies.takeReply(message, now)) return Refusal::BadMac;
  return Nothing{};
}

void Peer::giveUpHandshake(TimePoint now) {
  m_retransmitAt.reset();
  m_pending.reset();
  m_keepaliveAt.reset();
  m_staged.clear();
  if (!m_zeroKeysAt) arm(m_zeroKeysAt, now + kZeroKeysAfter);
}

// ---- packets in

Session* Peer::findSession(std::uint32_t index) const noexcept {
  for (const auto* session : {&m_current, &m_previous, &m_next})
    if (*session && (*session)->localIndex() == index) return session->get();
  return nullptr;
}

void Peer::promoteNext(TimePoint now) {
  m_previous = std::move(m_current);
  m_current = std::move(m_next);
  onHandshakeComplete(now);
  sendStaged(now);
}

Outcome Peer::onTransport(ByteSpan datagram, TimePoint now) {
  const TransportHeader header = parseTransportHeader(datagram);
  Session* const session = findSession(header.receiver);
  if (session == nullptr || session->isExpired(now)) return Refusal::UnknownIndex;
  const auto text = session->open(datagram, header.counter);
  if (!text) return Refusal::BadTransport;
  m_statistics.receivedBytes += datagram.size();
  if (session == m_next.get()) promoteNext(now);
  onReceived(text->size(), now);
  if (m_current && m_current->takeRekeyOnReceive(now)) beginHandshake(Attempt::First, now);
  if (text->empty()) return Nothing{};
  const auto inner = wire::parseIpv6(*text);
  if (!inner || !isAllowed(inner->source)) return Refusal::ForeignAddress;
  return DeliverPacket{this, text->first(inner->packetSize())};
}

// ---- timers

void Peer::setPersistentKeepalive(std::chrono::seconds interval, TimePoint now) {
  const bool isSwitchedOn = m_persistentInterval.count() == 0 && interval.count() != 0;
  m_persistentInterval = interval;
  if (interval.count() == 0) m_persistentAt.reset();
  if (isSwitchedOn) sendKeepalive(now);
}

void Peer::onSent(std::size_t innerSize, TimePoint now) {
  m_keepaliveAt.reset();
  onAuthenticPacket(now);
  if (innerSize > 0 && !m_newHandshakeAt) arm(m_newHandshakeAt, now + kNewHandshakeAfter + m_newHandshakeJitter);
}

// Either way.
void Peer::onAuthenticPacket(TimePoint now) {
  if (m_persistentInterval.count() != 0) arm(m_persistentAt, now + m_persistentInterval);
}

void Peer::onReceived(std::size_t innerSize, TimePoint now) {
  m_newHandshakeAt.reset();
  onAuthenticPacket(now);
  if (innerSize == 0) return;
  if (m_keepaliveAt)
    m_needsAnotherKeepalive = true;
  else
    arm(m_keepaliveAt, now + kKeepaliveTimeout);
}

void Peer::onSessionDerived(TimePoint now) {
  arm(m_zeroKeysAt, now + kZeroKeysAfter);
  m_newHandshakeJitter = jitter();
}

void Peer::onHandshakeComplete(TimePoint now) {
  m_retransmitAt.reset();
  m_pending.reset();
  m_attempts = 0;
  m_lastHandshakeAt = now;
}

void Peer::arm(std::optional<TimePoint>& timer, TimePoint at) {
  timer = at;
  m_device.nextTimerAt = std::min(m_device.nextTimerAt, at);
}

std::chrono::milliseconds Peer::jitter() {
  std::array<std::byte, 2> random;
  m_device.rng.fill(random);
  const int value = std::to_integer<int>(random[0]) << 8 | std::to_integer<int>(random[1]);
  return std::chrono::milliseconds(value % (kMaxRekeyJitter.count() + 1));
}

void Peer::onTimer(TimePoint now) {
  const auto takeIfDue = [now](std::optional<TimePoint>& timer) {
    const bool isDue = timer && *timer <= now;
    if (isDue) timer.reset();
    return isDue;
  };
  if (takeIfDue(m_retransmitAt)) {
    if (m_attempts > kMaxTimerHandshakes) {
      giveUpHandshake(now);
    } else {
      ++m_attempts;
      beginHandshake(Attempt::Retry, now);
    }
  }
  if (takeIfDue(m_newHandshakeAt)) beginHandshake(Attempt::First, now);
  if (takeIfDue(m_keepaliveAt)) {
    sendKeepalive(now);
    if (std::exchange(m_needsAnotherKeepalive, false)) arm(m_keepaliveAt, now + kKeepaliveTimeout);
  }
  if (takeIfDue(m_persistentAt)) {
    onAuthenticPacket(now);  // goes on even if nothing can be sent now
    sendKeepalive(now);
  }
  if (takeIfDue(m_zeroKeysAt)) wipeKeys();
}

TimePoint Peer::nextTimerAt() const noexcept {
  TimePoint next = TimePoint::max();
  for (const auto* timer : {&m_retransmitAt, &m_keepaliveAt, &m_newHandshakeAt, &m_persistentAt, &m_zeroKeysAt})
    if (*timer) next = std::min(next, **timer);
  return next;
}

void Peer::wipeKeys() {
  m_previous.reset();
  m_current.reset();
  m_next.reset();
  m_pending.reset();
}

}  // namespace berth::tunnel::noise
