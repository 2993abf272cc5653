// Our end of WireGuard: one static key, many peers (reference/tailnet.md 2). Sans-I/O and single-threaded.
//
//   encapsulate  inner packet in, datagram out          in place, no allocation with a live session
//   decapsulate  datagram in, inner packet out          in place, no allocation for transport messages
//   onTimer      time has passed; call no later than nextTimerAt()
//
// After each of these calls (and after setPersistentKeepalive()) take what the peers want to send by themselves with
// nextDatagram() until it gives nothing.
//
// Differences of the tailnet from plain WireGuard: no preshared keys, peers have /128 addresses, and a peer's path is
// the caller's business (DERP, UDP): a datagram's source matters for cookies only.
#pragma once

#include <memory>
#include <unordered_map>

#include "tunnel/noise/LoadLimiter.h"
#include "tunnel/noise/Peer.h"

namespace berth::tunnel::noise {

class Device {
 public:
  // `rng` must outlive the device. `wallNow` and `now` are the same instant: handshake timestamps are the wall time of
  // that instant plus monotonic time since, so they never go back.
  Device(wire::NodePrivate key, Rng& rng, WallTime wallNow, TimePoint now, SessionLimits limits = {});
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  const wire::NodePublic& publicKey() const noexcept { return m_identity.publicKey; }

  // Adds the peer or gives the known one its new addresses; sessions stay. An address that another peer has moves
  // here. Null for a key that cannot be one (low order, or our own). Valid until removePeer().
  Peer* putPeer(const wire::NodePublic& key, std::vector<Ipv6> allowedIps);
  void removePeer(const wire::NodePublic& key);

  Peer* findPeer(const wire::NodePublic& key) const;
  Peer* findPeer(const Ipv6& destination) const;  // whose allowed address this is
  std::size_t peerCount() const noexcept { return m_peers.size(); }

  // `buffer` holds the inner packet at [kTransportHeaderSize, kTransportHeaderSize + innerSize) and is at least
  // transportSize(innerSize) long. Gives SendDatagram (a part of `buffer`), or Nothing when the packet was copied to
  // wait for a handshake, or Refusal::TooBig.
  Outcome encapsulate(Peer& peer, ByteSpan buffer, std::size_t innerSize, TimePoint now);

  // `source` is any stable form of where the datagram came from (a relay's peer key, or address and port).
  Outcome decapsulate(ByteSpan datagram, ByteView source, TimePoint now);

  void onTimer(TimePoint now);
  // TimePoint::max() when nothing is due. May be earlier than any real timer.
  TimePoint nextTimerAt() const noexcept { return m_context.nextTimerAt; }

  std::optional<Outgoing> nextDatagram();

 private:
  Outcome onInitiation(ByteView datagram, ByteView source, TimePoint now);
  Outcome onResponse(ByteView datagram, ByteView source, TimePoint now);
  // A refusal or cookie reply that ends the matter, or nothing if the message may be worked on.
  std::optional<Outcome> guard(ByteView datagram, std::uint32_t sender, ByteView source, TimePoint now);

  StaticIdentity m_identity;
  IndexTable m_indexes;
  DeviceContext m_context;
  CookieChecker m_cookieChecker;
  LoadLimiter m_load;
  std::unordered_map<wire::NodePublic, std::unique_ptr<Peer>> m_peers;
  std::unordered_map<Ipv6, Peer*> m_routes;
};

}  // namespace berth::tunnel::noise
