// A client's member of the tailnet: a node, its part in the coordination, and the agents that it tunnels to. What
// ClientTunnel (one agent) and DeploymentTunnel (any) have in common. All on one executor; lives in a shared_ptr.
#pragma once

#include "tunnel/coordination/ClientSession.h"
#include "tunnel/dialer/ClientTunnel.h"
#include "tunnel/dialer/CoordinatedNode.h"

namespace berth::tunnel::dialer {

class ClientNode : public std::enable_shared_from_this<ClientNode> {
 public:
  // `session`, `clock` and `rng` outlive the node. `target` is the coordinator's endpoint (reference/tailnet.md 4.1).
  // Unavailable when the deployment has no relay.
  static Result<std::shared_ptr<ClientNode>> start(asio::any_io_executor executor, client::Session& session,
                                                   const api::AgentConnectionInfo& info, std::string target,
                                                   const Clock& clock, Rng& rng, const ClientTunnelOptions& options);

  void addAgent(const AgentId& agent);
  void removeAgent(const AgentId& agent);  // its connections end

  // Timeout, or why the coordinator will not have us. Zero for no limit.
  Task<Result<void>> waitUntilReachable(AgentId agent, std::chrono::milliseconds timeout);
  Task<Result<PingResult>> ping(AgentId agent, std::chrono::milliseconds timeout);
  // Nothing until the coordinator has told of the agent.
  std::optional<PeerStatus> findStatus(const AgentId& agent) const;
  ClientTunnelStatus statusOf(const AgentId& agent);
  std::string nameOf(int region) const;
  bool mayBecomeDirect() const noexcept { return m_mayBecomeDirect; }
  // The coordinator will not have us, and nobody asks it again.
  bool hasFailed() const noexcept { return m_failure.has_value(); }

  // This machine slept: paths, relays and the coordinator's connection are begun anew.
  void onNetworkChange();

  // A UDP exchange with a port of the agent.
  Result<std::unique_ptr<UdpFlow>> openUdp(const AgentId& agent, std::uint16_t port, UdpFlow::Handler handler);

  Node& node() noexcept { return m_network.node(); }
  Task<void> close();  // as ClientTunnel's
  void stop() noexcept;

 private:
  ClientNode(const asio::any_io_executor& executor, client::Session& session, const api::AgentConnectionInfo& info,
             std::string target, const Clock& clock, Rng& rng, const ClientTunnelOptions& options);
  static Task<void> coordinate(std::shared_ptr<ClientNode> self);
  Task<Result<void>> untilConfigured(Ipv6 address, TimePoint deadline);
  Task<Error> untilFailed();

  const Clock& m_clock;
  const std::string m_server;
  const bool m_mayBecomeDirect;
  CoordinatedNode m_network;
  UdpDialer m_udp;
  const std::unique_ptr<coordination::ControlDialer> m_control;
  coordination::ClientSession m_coordinator;
  std::optional<Error> m_failure;  // told by m_network.peersChanged
};

}  // namespace berth::tunnel::dialer
