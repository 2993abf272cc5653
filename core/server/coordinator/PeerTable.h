// Who is connected, who tunnels to whom, and what each was last told: the coordinator's rules without I/O
// (reference/tailnet.md 4.9).
//
// Each connected peer has a mailbox; the table puts responses into it, and whoever serves the peer's Coordinate stream
// takes them out.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "core/base/Error.h"
#include "core/base/Ids.h"
#include "core/rpc/Proto.h"

namespace berth::server {

inline constexpr std::size_t kMaxQueuedResponses = 512;
inline constexpr std::size_t kMaxUpdatesPerResponse = 1024;
// Far above what a user tunnels to, and a bound for what one session may have remembered for it.
inline constexpr std::size_t kMaxTunnelsPerPeer = 8192;

// From the table to one Coordinate stream. `wake` is called after each change.
struct Mailbox {
  std::deque<rpc::tailnetpb::CoordinateResponse> responses;
  bool isEnded = false;  // after `responses` the stream is to be closed
  std::function<void()> wake;
};

class PeerTable {
 public:
  // A new Coordinate stream of `peer`; one that is already there is told so and ended, its tunnels are kept.
  void connect(const Uuid& peer, std::shared_ptr<Mailbox> mailbox);

  // What the peer at the other end of `mailbox` asks for, fields in the order of 4.9; the caller has checked that it
  // may. A failure's text is for the peer, whose stream ends with it. Requests of a mailbox that is no longer the
  // peer's are ignored.
  Result<void> apply(const Uuid& peer, const Mailbox& mailbox, const rpc::tailnetpb::CoordinateRequest& request);

  // The stream broke off, or ended without a Disconnect.
  void lose(const Uuid& peer, const Mailbox& mailbox);

  // The coordinator shuts down: everybody is LOST to everybody, and told.
  void closeAll();

  // The node of a connected peer that has sent one.
  const rpc::tailnetpb::Node* findNode(const Uuid& peer) const;

  std::size_t peerCount() const noexcept { return m_peers.size(); }

 private:
  using Kind = rpc::tailnetpb::CoordinateResponse_PeerUpdate_Kind;
  using Update = rpc::tailnetpb::CoordinateResponse_PeerUpdate;

  struct Peer {
    std::shared_ptr<Mailbox> mailbox;
    std::optional<rpc::tailnetpb::Node> node;
    std::string nodeBytes;                           // of `node`, for the comparison with `lastSent`
    std::unordered_map<Uuid, std::string> lastSent;  // what this peer was told about others
  };

  Peer* findPeer(const Uuid& id);
  bool isCurrent(const Uuid& id, const Mailbox& mailbox);
  void setNode(const Uuid& id, const rpc::tailnetpb::Node& node);
  Result<void> addTunnel(const Uuid& from, const Uuid& to);
  void removeTunnel(const Uuid& from, const Uuid& to);
  Result<void> passReadiness(const Uuid& from, const Uuid& to);
  bool shareTunnel(const Uuid& a, const Uuid& b) const;
  std::set<Uuid> tunnelPeers(const Uuid& id) const;

  // The peer is gone: `kind` to all who tunnel with it; its mailbox ends, with an error if there is one.
  void remove(const Uuid& id, Kind kind, const std::string& reason, const std::string& error);

  std::optional<Update> nodeUpdate(Peer& receiver, const Uuid& about, std::string_view reason);
  void sendNode(const Uuid& to, const Uuid& about, std::string_view reason);
  void sendGone(const Uuid& to, const Uuid& about, Kind kind, const std::string& reason);
  void post(const Uuid& to, Update update);
  void deliver(const Uuid& id, Peer& peer, rpc::tailnetpb::CoordinateResponse response);
  void removeOverflowing();

  std::unordered_map<Uuid, Peer> m_peers;
  std::unordered_map<Uuid, std::set<Uuid>> m_tunnelsFrom;
  std::unordered_map<Uuid, std::set<Uuid>> m_tunnelsTo;
  std::vector<Uuid> m_overflowing;  // mailboxes found full while something else was under way
};

}  // namespace berth::server
