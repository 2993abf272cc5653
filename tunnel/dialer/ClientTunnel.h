// A client's tunnel to one workspace agent: for `ssh`, `ping`, port forwarding and the app (reference/tailnet.md 1.3).
//
//   auto tunnel = ClientTunnel::open(...);   // asks the server how; begins to connect
//   co_await tunnel->waitUntilReachable(30s);
//   auto ssh = co_await tunnel->dial(agent, 1);
//   co_await tunnel->close();
//
// Open connections survive a server that goes away and comes back. All on one executor.
#pragma once

#include "core/base/Clock.h"
#include "core/base/Random.h"
#include "core/base/Stream.h"
#include "core/client/Session.h"
#include "tunnel/dialer/PingResult.h"
#include "tunnel/dialer/PortForwarder.h"

namespace berth::tunnel::dialer {

struct ClientTunnelOptions {
  bool usesDirectPaths = true;  // unless the server forbids them
};

struct ClientTunnelStatus {
  bool isControlConnected = false;  // the coordinator
  bool isRelayConnected = false;
  bool hasSession = false;               // with the agent
  std::optional<wire::Endpoint> direct;  // the agent's address while the path is direct
  int homeRegion = 0;
  std::string homeRegionName;
  std::map<std::string, std::chrono::nanoseconds> regionLatencies;  // by region name, as far as measured
  std::uint64_t receivedBytes = 0;
  std::uint64_t sentBytes = 0;
};

class ClientNode;

class ClientTunnel final : public AgentDialer, public AgentPorts {
 public:
  // `session`, `clock` and `rng` outlive the tunnel. An error is what the server said when asked for the way.
  static Task<Result<std::unique_ptr<ClientTunnel>>> open(asio::any_io_executor executor, client::Session& session,
                                                          AgentId agent, const Clock& clock, Rng& rng,
                                                          ClientTunnelOptions options = {});
  ~ClientTunnel() override;  // at once; see close()
  ClientTunnel(const ClientTunnel&) = delete;
  ClientTunnel& operator=(const ClientTunnel&) = delete;

  // Until the agent answers through the tunnel; Timeout, or why the coordinator will not have us. Zero for no limit.
  Task<Result<void>> waitUntilReachable(std::chrono::milliseconds timeout);

  // To a port of this tunnel's agent. Unavailable when the agent refuses. Call waitUntilReachable() first.
  Task<Result<std::unique_ptr<Stream>>> dial(AgentId agent, std::uint16_t port) override;
  Task<Result<std::unique_ptr<Stream>>> dialTcp(std::uint16_t port) override;
  Result<std::unique_ptr<UdpFlow>> dialUdp(std::uint16_t port, UdpFlow::Handler handler) override;

  Task<Result<PingResult>> ping(std::chrono::milliseconds timeout);
  // Whether a direct path may ever come about: neither the user nor the server forbids it.
  bool mayBecomeDirect() const noexcept;
  ClientTunnelStatus status() const;

  // Lets what was written arrive, says good-bye to the coordinator, and ends; about 1 s at most.
  Task<void> close();

 private:
  ClientTunnel(std::shared_ptr<ClientNode> node, AgentId agent) : m_node(std::move(node)), m_agent(agent) {}

  std::shared_ptr<ClientNode> m_node;
  AgentId m_agent;
};

}  // namespace berth::tunnel::dialer
