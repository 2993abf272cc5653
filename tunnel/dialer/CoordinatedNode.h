// A Node in the hands of the coordinator: its news becomes peers and relays, and what the node learns about itself goes
// back. Used by both ends, client and agent.
#pragma once

#include "core/base/Notifier.h"
#include "tunnel/coordination/NetworkUser.h"
#include "tunnel/node/Node.h"

namespace berth::tunnel::dialer {

struct CoordinatedNodeOptions {
  std::int64_t nodeId = 0;
  http::Url server;  // by which we reach it: embedded relays are behind the same
  bool forcesWebSockets = false;
  NodeOptions node;
};

class CoordinatedNode final : public coordination::NetworkUser {
 public:
  // `clock` and `rng` outlive this. `publish` is called with each change of what others should know of us.
  CoordinatedNode(asio::any_io_executor executor, const Clock& clock, Rng& rng, CoordinatedNodeOptions options,
                  std::function<void(const coordination::NodeInfo&)> publish);

  void putPeer(const coordination::NodeInfo& peer, bool keepsAlive) override;
  void removePeer(const wire::NodePublic& key) override;
  std::optional<TimePoint> lastHandshakeAt(const wire::NodePublic& key) const override;
  void setDerpMap(const wire::DerpMap& map) override;

  void setForcesWebSockets(bool forces);
  const wire::DerpMap& derpMap() const noexcept { return m_map; }
  // The peer that has this address; nothing until the coordinator has told.
  std::optional<wire::NodePublic> findPeer(const Ipv6& address) const;

  Node& node() noexcept { return m_node; }
  const Node& node() const noexcept { return m_node; }
  Notifier peersChanged;

 private:
  coordination::NodeInfo describe(const SelfInfo& self) const;

  const Clock& m_clock;
  CoordinatedNodeOptions m_options;
  std::function<void(const coordination::NodeInfo&)> m_publish;
  wire::DerpMap m_map;
  std::unordered_map<Ipv6, wire::NodePublic> m_peers;
  Node m_node;
};

}  // namespace berth::tunnel::dialer
