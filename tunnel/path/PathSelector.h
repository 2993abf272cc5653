// Decides by which way a packet to a peer goes, and carries on the path discovery that it takes. Sans-I/O; one per
// node. After each call take what is to be sent with nextMessage(), and call onTimer() no later than nextTimerAt().
//
// Relays (reference/tailnet.md 5.4): a peer's home region, or the region where it was last heard. Direct paths: one
// PeerPath for each peer.
#pragma once

#include <deque>
#include <optional>
#include <set>
#include <unordered_map>
#include <variant>
#include <vector>

#include "tunnel/disco/Exchange.h"
#include "tunnel/path/PeerPath.h"

namespace berth::tunnel::path {

inline constexpr std::chrono::seconds kEndpointsFresh{27};  // before a call-me-maybe, reference/tailnet.md 6.3

struct RelayRoute {
  int region = 0;
  auto operator<=>(const RelayRoute&) const = default;
};
struct DirectRoute {
  wire::Endpoint endpoint;
  auto operator<=>(const DirectRoute&) const = default;
};
using Route = std::variant<RelayRoute, DirectRoute>;

// What the coordinator says about where a peer is.
struct PeerPlace {
  wire::DiscoPublic disco;
  int homeRegion = 0;
  std::vector<wire::Endpoint> endpoints;
};

class PathSelector {
 public:
  // `rng` must outlive this.
  PathSelector(wire::DiscoPrivate key, wire::NodePublic self, Rng& rng) : m_exchange(std::move(key), self, rng) {}

  const wire::DiscoPublic& publicKey() const noexcept { return m_exchange.publicKey(); }

  // While off (endpoints blocked) there are relays only, and UDP is neither answered nor believed. On at first.
  void setDirect(bool isOn);

  void putPeer(const wire::NodePublic& peer, PeerPlace place, TimePoint now);
  void removePeer(const wire::NodePublic& peer);

  // Where peers may try to reach us, as of now.
  void setOwnEndpoints(std::vector<wire::Endpoint> endpoints, TimePoint now);
  // A call-me-maybe waits for setOwnEndpoints(), because what is known is too old.
  bool wantsEndpoints() const noexcept { return !m_calls.empty(); }

  // The ways that a packet which is about to be sent takes, each if there is one: both while a direct path is in doubt.
  struct Choice {
    std::optional<wire::Endpoint> direct;
    std::optional<int> relay;  // region
  };
  Choice choose(const wire::NodePublic& peer, TimePoint now);
  // The way in use; nothing for an unknown peer.
  std::optional<Route> routeTo(const wire::NodePublic& peer, TimePoint now) const;

  // The region that is used beside or without a direct path; nothing for an unknown peer.
  std::optional<int> relayTo(const wire::NodePublic& peer) const;

  // Whether a peer has proven by disco that it uses this address; others are no peers'.
  bool isBound(const wire::Endpoint& source) const { return m_bound.contains(source); }
  // An authentic packet of the peer came this way.
  void onHeard(const wire::NodePublic& peer, const Route& route);
  // The relay says that the peer is not, or no longer, connected there.
  void onGone(const wire::NodePublic& peer, int region);
  // A relay connection was lost and is back: a call-me-maybe may have been lost with it.
  void onRelayBack(TimePoint now);
  void onNetworkChange(TimePoint now);

  struct Pong {
    wire::NodePublic peer;
    std::chrono::nanoseconds roundTrip;
    Route route;
  };
  // A packet that looks like disco.
  std::optional<Pong> onDisco(ByteView packet, const disco::Via& via, TimePoint now);

  // Pings a peer to measure, over its trusted path or else over all there are. Pongs come out of onDisco(). False for
  // an unknown peer.
  bool probe(const wire::NodePublic& peer, TimePoint now);

  void onTimer(TimePoint now);
  TimePoint nextTimerAt() const noexcept { return m_nextTimerAt; }  // may be earlier than any real timer

  struct Message {
    wire::NodePublic peer;
    Bytes packet;
    Route route;
  };
  std::optional<Message> nextMessage();

  // Peers whose route has changed since the last call.
  bool hasChanged() const noexcept { return !m_changed.empty(); }
  std::vector<wire::NodePublic> takeChanged() { return std::exchange(m_changed, {}); }

 private:
  struct State {
    PeerPlace place;
    std::optional<int> heardIn;  // region
    PeerPath path;
    std::optional<wire::Endpoint> lastDirect;
    std::size_t boundAddresses = 0;
  };

  State* find(const wire::NodePublic& peer);
  void bind(const wire::NodePublic& peer, const wire::Endpoint& source, TimePoint now);
  void unbind(const wire::NodePublic& peer);
  // Turns what the peer's path wants into messages.
  void collect(const wire::NodePublic& peer, State& state, TimePoint now);
  void callSearched(TimePoint now);
  void sendCalls(TimePoint now);

  disco::Exchange m_exchange;
  bool m_isDirectOn = true;
  std::unordered_map<wire::NodePublic, State> m_peers;
  std::unordered_map<wire::Endpoint, wire::NodePublic> m_bound;
  std::vector<wire::Endpoint> m_ownEndpoints;
  std::optional<TimePoint> m_ownEndpointsAt;
  std::set<wire::NodePublic> m_calls;  // peers to be called
  std::deque<Message> m_messages;
  std::vector<wire::NodePublic> m_changed;
  TimePoint m_nextTimerAt = TimePoint::max();
};

}  // namespace berth::tunnel::path
