// Decides by which way a packet to a peer goes, and answers path discovery. Sans-I/O; one per node.
//
// Today every peer is reached over relays: its home region, or the region where it was last heard (reference/tailnet.md
// 5.4). Direct UDP paths become further alternatives of Route; what they need arrives here already: endpoints from
// the coordinator, call-me-maybe and pongs from disco. Until then a stock peer that pings us over a relay gets its
// pong, and stays on the relay because nobody answers over UDP.
#pragma once

#include <optional>
#include <unordered_map>
#include <variant>
#include <vector>

#include "tunnel/disco/Responder.h"

namespace berth::tunnel::path {

struct RelayRoute {
  int region = 0;
  auto operator<=>(const RelayRoute&) const = default;
};
using Route = std::variant<RelayRoute>;

// What the coordinator says about where a peer is.
struct PeerPlace {
  wire::DiscoPublic disco;
  int homeRegion = 0;
  std::vector<wire::Endpoint> endpoints;
};

// What onDisco() leaves for the caller: at most one of them is set.
struct DiscoResult {
  struct Reply {
    wire::NodePublic peer;
    Bytes packet;
    Route route;
  };
  struct Pong {
    wire::NodePublic peer;
    std::chrono::nanoseconds roundTrip;
  };
  std::optional<Reply> reply;
  std::optional<Pong> pong;
};

class PathSelector {
 public:
  // `rng` must outlive this.
  PathSelector(wire::DiscoPrivate key, wire::NodePublic self, Rng& rng) : m_responder(std::move(key), self, rng) {}

  const wire::DiscoPublic& publicKey() const noexcept { return m_responder.publicKey(); }

  void putPeer(const wire::NodePublic& peer, PeerPlace place);
  void removePeer(const wire::NodePublic& peer);

  // Nothing for an unknown peer.
  std::optional<Route> routeTo(const wire::NodePublic& peer) const;

  // An authentic packet of the peer came this way.
  void onHeard(const wire::NodePublic& peer, const Route& route);
  // The relay says that the peer is not, or no longer, connected there.
  void onGone(const wire::NodePublic& peer, int region);

  // A packet that looks like disco; `source` is the sender by the relay's word.
  DiscoResult onDisco(ByteView packet, const wire::NodePublic& source, const RelayRoute& via, TimePoint now);

  // A discovery ping, to measure; its pong comes out of onDisco().
  std::optional<Bytes> makePing(const wire::NodePublic& peer, TimePoint now) { return m_responder.ping(peer, now); }

 private:
  struct State {
    PeerPlace place;
    std::optional<int> heardIn;  // region
  };

  disco::Responder m_responder;
  std::unordered_map<wire::NodePublic, State> m_peers;
};

}  // namespace berth::tunnel::path
