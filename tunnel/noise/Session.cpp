#include "tunnel/noise/Session.h"

namespace berth::tunnel::noise {

Session::Session(IndexTable::Lease index, std::uint32_t remoteIndex, const TransportKeys& keys, Role role,
                 TimePoint now, SessionLimits limits)
    : m_index(std::move(index)),
      m_remoteIndex(remoteIndex),
      m_role(role),
      m_createdAt(now),
      m_limits(limits),
      m_seal(keys.send, Aead::Direction::Seal),
      m_open(keys.receive, Aead::Direction::Open) {}

bool Session::isDueForRekeyOnSend(TimePoint now) const noexcept {
  return m_sendCounter > m_limits.rekeyAfterMessages ||
         (m_role == Role::Initiator && now - m_createdAt > kRekeyAfterTime);
}

bool Session::takeRekeyOnReceive(TimePoint now) noexcept {
  if (m_hasAskedForRekey || m_role != Role::Initiator || now - m_createdAt <= kRekeyOnReceiveAfter) return false;
  m_hasAskedForRekey = true;
  return true;
}

ByteSpan Session::seal(ByteSpan buffer, std::size_t innerSize) {
  const std::size_t textSize = paddedSize(innerSize);
  const ByteSpan datagram = buffer.first(transportSize(innerSize));
  const std::uint64_t counter = m_sendCounter++;
  emit(TransportHeader{m_remoteIndex, counter}, datagram);
  const ByteSpan sealed = datagram.subspan(kTransportHeaderSize);
  std::ranges::fill(sealed.subspan(innerSize, textSize - innerSize), std::byte{0});
  m_seal.seal(counter, sealed, textSize);
  return datagram;
}

std::optional<ByteSpan> Session::open(ByteSpan datagram, std::uint64_t counter) {
  const ByteSpan sealed = datagram.subspan(kTransportHeaderSize);
  if (!m_open.open(counter, sealed) || !m_window.accept(counter)) return std::nullopt;
  return sealed.first(sealed.size() - kTagSize);
}

}  // namespace berth::tunnel::noise
