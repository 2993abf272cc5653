// What we know of the other members of the tailnet, and what follows from each piece of news (reference/tailnet.md
// 4.10). Sans-I/O; outlives the connections to the coordinator.
//
//   NODE           a peer's data. Someone who found us is configured at once; a destination of ours only once it is
//                  ready for our handshake, or 5 s later
//   READY          (for handshake) a destination knows our key now
//   LOST           the coordinator does not see it any more; forgotten after 15 minutes without a handshake
//   DISCONNECTED   it said good-bye: forgotten at once
#pragma once

#include <functional>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <variant>

#include "core/base/Ids.h"
#include "tunnel/coordination/NodeInfo.h"

namespace berth::tunnel::coordination {

inline constexpr std::chrono::seconds kReadyTimeout{5};
inline constexpr std::chrono::minutes kLostTimeout{15};
inline constexpr std::size_t kMaxPeers = 65'536;

struct PeerUpdate {
  enum class Kind { Node, Disconnected, Lost, ReadyForHandshake };
  Uuid id;
  Kind kind = Kind::Node;
  std::optional<NodeInfo> node;  // of Kind::Node
  std::string reason;
};
std::string_view toString(PeerUpdate::Kind kind) noexcept;

// Add the peer to the tunnel, or give the known one this data. `keepsAlive`: persistent keepalive of 25 s, which also
// starts the handshake; otherwise leave the keepalive as it is (off for a new peer).
struct ConfigurePeer {
  Uuid id;
  NodeInfo node;
  bool keepsAlive = false;
};
// Take it out, keys and connections with it.
struct RemovePeer {
  Uuid id;
  wire::NodePublic key;
};
// Tell the coordinator that this peer may begin its handshake with us. Comes after ConfigurePeer.
struct AnswerReady {
  Uuid id;
};
using Action = std::variant<ConfigurePeer, RemovePeer, AnswerReady>;

class PeerTable {
 public:
  // Agents answer each NODE with ready-for-handshake; clients may not.
  enum class Side { Client, Agent };
  using LastHandshakeOf = std::function<std::optional<TimePoint>(const wire::NodePublic&)>;

  PeerTable(Side side, LastHandshakeOf lastHandshakeOf) : m_side(side), m_lastHandshakeOf(std::move(lastHandshakeOf)) {}

  // Peers that we tunnel to, before any news of them.
  void addDestination(const Uuid& id) { m_peers[id].isDestination = true; }
  std::vector<Action> removeDestination(const Uuid& id);

  std::vector<Action> onUpdate(const PeerUpdate& update, TimePoint now);
  // The stream to the coordinator broke: all peers count as lost.
  void onStreamLost(TimePoint now);
  std::vector<Action> onTimer(TimePoint now);
  TimePoint nextTimerAt() const;  // TimePoint::max() for never

  std::size_t size() const noexcept { return m_peers.size(); }

 private:
  struct PeerState {
    std::optional<NodeInfo> node;
    bool isDestination = false;
    bool isReady = false;  // for our handshake: it said so, or the time is up
    bool isConfigured = false;
    std::optional<TimePoint> readyAt;   // when not to wait any longer
    std::optional<TimePoint> forgetAt;  // while lost
  };

  std::vector<Action> onNode(PeerState& peer, const Uuid& id, const NodeInfo& node, TimePoint now);
  std::vector<Action> onReady(PeerState& peer, const Uuid& id);
  void onLost(PeerState& peer, TimePoint now);
  std::vector<Action> remove(const Uuid& id);
  ConfigurePeer configure(PeerState& peer, const Uuid& id, bool keepsAlive);

  Side m_side;
  LastHandshakeOf m_lastHandshakeOf;
  std::unordered_map<Uuid, PeerState> m_peers;
};

}  // namespace berth::tunnel::coordination
