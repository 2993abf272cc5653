// Our side of disco (reference/tailnet.md 6.2): answers the pings of known peers over the path they came by, matches
// pongs to our pings, and reads call-me-maybe. What follows for the choice of a path is tunnel/path's business.
// Sans-I/O; boxes are computed once for each disco key.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <unordered_map>
#include <variant>

#include "core/base/Clock.h"
#include "tunnel/disco/Message.h"

namespace berth::tunnel::disco {

inline constexpr std::chrono::seconds kPingTimeout{5};     // reference/tailnet.md 6.3
inline constexpr std::size_t kMaxOutstandingPings = 1024;  // in all; the oldest is forgotten
inline constexpr std::size_t kMaxPathsPerPeer = 100;       // whose last ping is remembered

// Where a packet came from.
struct ViaRelay {
  int region = 0;
  wire::NodePublic peer;  // the source key in the relay's frame
};
struct ViaUdp {
  wire::Endpoint source;
};
using Via = std::variant<ViaRelay, ViaUdp>;

// Not disco, from a stranger, a repeated ping, or a message that this path does not carry.
struct Ignored {};
// The pong is to go back by the path the ping came by.
struct PingReceived {
  wire::NodePublic peer;
  Bytes pong;
};
struct PongReceived {
  wire::NodePublic peer;
  std::chrono::nanoseconds roundTrip;
  std::optional<wire::Endpoint> pinged;  // nothing for a ping over the relay
  wire::Endpoint ourAddress;             // as the peer sees us
};
struct CalledMe {
  wire::NodePublic peer;
  std::vector<wire::Endpoint> endpoints;
};
using Outcome = std::variant<Ignored, PingReceived, PongReceived, CalledMe>;

class Exchange {
 public:
  // `rng` must outlive this.
  Exchange(wire::DiscoPrivate key, wire::NodePublic self, Rng& rng);

  const wire::DiscoPublic& publicKey() const noexcept { return m_publicKey; }

  // While off, nothing that comes over UDP is answered or believed (endpoints blocked). On at first.
  void setUdp(bool isOn) noexcept { m_takesUdp = isOn; }

  // Peers are known by node key; a new disco key replaces the old.
  void putPeer(const wire::NodePublic& peer, const wire::DiscoPublic& disco);
  void removePeer(const wire::NodePublic& peer);

  Outcome onPacket(ByteView packet, const Via& via, TimePoint now);

  // A ping to send to this peer at that address, or over the relay; its pong comes back as PongReceived. Nothing for an
  // unknown peer.
  std::optional<Bytes> ping(const wire::NodePublic& peer, const std::optional<wire::Endpoint>& to, TimePoint now);
  // To be sent over the relay. Nothing for an unknown peer.
  std::optional<Bytes> callMeMaybe(const wire::NodePublic& peer, std::vector<wire::Endpoint> endpoints);

 private:
  struct PeerState {
    wire::DiscoPublic disco;
    wire::Box box;
    std::unordered_map<wire::Endpoint, TransactionId> lastPingByPath;
  };
  struct OutstandingPing {
    wire::NodePublic peer;
    std::optional<wire::Endpoint> to;
    TransactionId id{};
    TimePoint sentAt;
  };

  Outcome onPing(const Ping& ping, const wire::DiscoPublic& sender, const Via& via);
  Outcome onPong(const Pong& pong, const wire::DiscoPublic& sender, TimePoint now);
  Outcome onCallMeMaybe(CallMeMaybe message, const wire::DiscoPublic& sender, const Via& via);
  PeerState* findPeer(const wire::NodePublic& peer, const wire::DiscoPublic& sender);
  std::optional<wire::NodePublic> nodeOf(const wire::DiscoPublic& sender, const Via& via,
                                         const std::optional<wire::NodePublic>& claimed);

  wire::DiscoPrivate m_key;
  wire::DiscoPublic m_publicKey;
  wire::NodePublic m_self;
  Rng& m_rng;
  bool m_takesUdp = true;
  std::unordered_map<wire::NodePublic, PeerState> m_peers;
  std::unordered_multimap<wire::DiscoPublic, wire::NodePublic> m_nodesByDisco;
  std::deque<OutstandingPing> m_outstanding;  // in the order of sending
};

}  // namespace berth::tunnel::disco
