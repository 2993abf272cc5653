// One pair of transport keys with its counters: what a finished handshake leaves.
#pragma once

#include <optional>

#include "core/base/Clock.h"
#include "tunnel/noise/Constants.h"
#include "tunnel/noise/Handshake.h"
#include "tunnel/noise/IndexTable.h"
#include "tunnel/noise/ReplayWindow.h"

namespace berth::tunnel::noise {

// How many messages one pair of keys may carry; tests want fewer than 2^60.
struct SessionLimits {
  std::uint64_t rekeyAfterMessages = kRekeyAfterMessages;
  std::uint64_t rejectAfterMessages = kRejectAfterMessages;
};

class Session {
 public:
  enum class Role { Initiator, Responder };
  Session(IndexTable::Lease index, std::uint32_t remoteIndex, const TransportKeys& keys, Role role, TimePoint now,
          SessionLimits limits);

  std::uint32_t localIndex() const noexcept { return m_index.index(); }
  bool isExpired(TimePoint now) const noexcept { return now - m_createdAt >= kRejectAfterTime; }
  bool canSend(TimePoint now) const noexcept { return !isExpired(now) && m_sendCounter < m_limits.rejectAfterMessages; }

  // Whether having sent now calls for a new handshake.
  bool isDueForRekeyOnSend(TimePoint now) const noexcept;
  // Whether having received now does; true once.
  bool takeRekeyOnReceive(TimePoint now) noexcept;

  // Builds a transport message around the inner packet at buffer[kTransportHeaderSize, +innerSize), in place. The
  // buffer has room for transportSize(innerSize).
  ByteSpan seal(ByteSpan buffer, std::size_t innerSize);

  // Decrypts a transport message in place and checks its counter; the inner packet with its padding.
  std::optional<ByteSpan> open(ByteSpan datagram, std::uint64_t counter);

 private:
  IndexTable::Lease m_index;
  std::uint32_t m_remoteIndex;
  Role m_role;
  bool m_hasAskedForRekey = false;
  TimePoint m_createdAt;
  SessionLimits m_limits;
  std::uint64_t m_sendCounter = 0;
  Aead m_seal;
  Aead m_open;
  ReplayWindow m_window;
};

}  // namespace berth::tunnel::noise
