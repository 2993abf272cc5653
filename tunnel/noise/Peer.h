// One WireGuard peer: its handshake, up to three sessions, timers and the packets that wait for a session
// (whitepaper 5, 6; reference/tailnet.md 2). Made and owned by Device, which also does the routing of datagrams; users
// call the public part only. No I/O, no clock.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "core/base/Ipv6.h"
#include "tunnel/noise/Cookie.h"
#include "tunnel/noise/Outcome.h"
#include "tunnel/noise/Session.h"

namespace berth::tunnel::noise {

// What a peer shares with the others of its device.
struct DeviceContext {
  const StaticIdentity& identity;
  Rng& rng;
  IndexTable& indexes;
  std::function<WallTime(TimePoint)> wallTimeAt;
  SessionLimits limits;
  std::deque<Outgoing> outbox;
  TimePoint nextTimerAt = TimePoint::max();  // no timer of any peer is due before
};

struct PeerStatistics {
  std::uint64_t receivedBytes = 0;  // datagrams that were authentic, whole
  std::uint64_t sentBytes = 0;
};

class Peer {
 public:
  Peer(DeviceContext& device, StaticPeer identity);
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  const wire::NodePublic& publicKey() const noexcept { return m_identity.publicKey; }
  const std::vector<Ipv6>& allowedIps() const noexcept { return m_allowedIps; }

  // When the last handshake was completed; feeds the 15 minutes of a lost peer (reference/tailnet.md 4.10).
  std::optional<TimePoint> lastHandshakeAt() const noexcept { return m_lastHandshakeAt; }
  bool hasSession(TimePoint now) const noexcept { return m_current && m_current->canSend(now); }
  const PeerStatistics& statistics() const noexcept { return m_statistics; }

  // For handshakes from now on; the other side needs the same. Zero, as in the tailnet: none.
  void setPresharedKey(const SecretHash& key) { m_identity.presharedKey = key; }

  // Zero switches it off. Switching it on sends a keepalive at once, which starts a handshake if there is no session
  // (reference/tailnet.md 2.8).
  void setPersistentKeepalive(std::chrono::seconds interval, TimePoint now);

 private:
  friend class Device;

  void setAllowedIps(std::vector<Ipv6> addresses) { m_allowedIps = std::move(addresses); }
  bool isAllowed(const Ipv6& source) const;

  Outcome encapsulate(ByteSpan buffer, std::size_t innerSize, TimePoint now);
  Outcome onInitiation(const Initiation& message, const OpenedInitiation& opened, TimePoint now);
  Outcome onResponse(const Response& message, TimePoint now);
  Outcome onCookieReply(const CookieReply& message, TimePoint now);
  Outcome onTransport(ByteSpan datagram, TimePoint now);
  void onTimer(TimePoint now);
  TimePoint nextTimerAt() const noexcept;

  enum class Attempt { First, Retry };
  void beginHandshake(Attempt attempt, TimePoint now);
  void sendHandshakeMessage(Bytes datagram, TimePoint now);
  void sendKeepalive(TimePoint now);
  void sendPacket(ByteView inner, TimePoint now);
  void stage(ByteView inner);
  void sendStaged(TimePoint now);
  void push(Bytes datagram);
  Session* findSession(std::uint32_t index) const noexcept;
  void promoteNext(TimePoint now);
  void giveUpHandshake(TimePoint now);
  void wipeKeys();

  // Events of reference/tailnet.md 2.5.
  void onSent(std::size_t innerSize, TimePoint now);
  void onAuthenticPacket(TimePoint now);
  void onReceived(std::size_t innerSize, TimePoint now);
  void onSessionDerived(TimePoint now);
  void onHandshakeComplete(TimePoint now);
  void arm(std::optional<TimePoint>& timer, TimePoint at);
  std::chrono::milliseconds jitter();

  DeviceContext& m_device;
  StaticPeer m_identity;
  CookieJar m_cookies;
  std::vector<Ipv6> m_allowedIps;
  PeerStatistics m_statistics;

  struct PendingHandshake {
    IndexTable::Lease index;
    PendingInitiation initiation;
  };
  std::optional<PendingHandshake> m_pending;
  int m_attempts = 0;
  std::optional<TimePoint> m_lastHandshakeSentAt;
  std::optional<TimePoint> m_lastHandshakeAt;
  std::optional<TimePoint> m_lastInitiationTakenAt;
  Timestamp m_greatestTimestamp{};

  std::unique_ptr<Session> m_previous;
  std::unique_ptr<Session> m_current;
  std::unique_ptr<Session> m_next;  // as responder, until the initiator has used it
  std::deque<Bytes> m_staged;

  std::chrono::seconds m_persistentInterval{0};
  std::optional<TimePoint> m_retransmitAt;
  std::optional<TimePoint> m_keepaliveAt;
  bool m_needsAnotherKeepalive = false;
  std::optional<TimePoint> m_newHandshakeAt;
  std::chrono::milliseconds m_newHandshakeJitter{0};  // drawn for each session: the timer starts with many packets
  std::optional<TimePoint> m_persistentAt;
  std::optional<TimePoint> m_zeroKeysAt;
};

}  // namespace berth::tunnel::noise
