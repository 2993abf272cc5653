// Our side of disco while all traffic goes over relays (reference/tailnet.md 6.2): answers the pings of known peers
// over the path they came by, measures explicit pings, and reports call-me-maybe without acting on it. A stock peer
// that gets no pong over UDP stays on the relay. Sans-I/O; boxes are computed once for each disco key.
#pragma once

#include <chrono>
#include <optional>
#include <unordered_map>
#include <variant>

#include "core/base/Clock.h"
#include "tunnel/disco/Message.h"

namespace berth::tunnel::disco {

inline constexpr std::chrono::seconds kPingTimeout{5};   // reference/tailnet.md 6.3
inline constexpr std::size_t kMaxOutstandingPings = 64;  // in all; the oldest is forgotten

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
// Send this back by the path the packet came by.
struct Reply {
  wire::NodePublic peer;
  Bytes packet;
};
struct PongReceived {
  wire::NodePublic peer;
  std::chrono::nanoseconds roundTrip;
  wire::Endpoint ourAddress;  // as the peer sees us
};
struct CalledMe {
  wire::NodePublic peer;
  std::vector<wire::Endpoint> endpoints;
};
using Outcome = std::variant<Ignored, Reply, PongReceived, CalledMe>;

class Responder {
 public:
  enum class UdpPings { Answered, Ignored };

  // `rng` must outlive this. With UdpPings::Ignored nothing that comes over UDP is answered, as with endpoints blocked.
  Responder(wire::DiscoPrivate key, wire::NodePublic self, Rng& rng, UdpPings udpPings = UdpPings::Ignored);

  const wire::DiscoPublic& publicKey() const noexcept { return m_publicKey; }

  // Peers are known by node key; a new disco key replaces the old.
  void putPeer(const wire::NodePublic& peer, const wire::DiscoPublic& disco);
  void removePeer(const wire::NodePublic& peer);

  Outcome onPacket(ByteView packet, const Via& via, TimePoint now);

  // A ping to send to this peer; its pong comes back as PongReceived. Nothing for an unknown peer.
  std::optional<Bytes> ping(const wire::NodePublic& peer, TimePoint now);

 private:
  struct PeerState {
    wire::DiscoPublic disco;
    wire::Box box;
    std::unordered_map<std::string, TransactionId> lastPingByPath;
  };
  struct OutstandingPing {
    wire::NodePublic peer;
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
  UdpPings m_udpPings;
  std::unordered_map<wire::NodePublic, PeerState> m_peers;
  std::unordered_multimap<wire::DiscoPublic, wire::NodePublic> m_nodesByDisco;
  std::vector<OutstandingPing> m_outstanding;
};

}  // namespace berth::tunnel::disco
