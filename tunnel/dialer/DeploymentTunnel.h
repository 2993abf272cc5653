// A client's way to any agent of a deployment that its user may reach: one node for all of them, made with the first
// call and given up a while after the last use. For programs that stay: the app, whose tunnel the command line uses.
//
// It goes on by itself when the server restarts or the network changes. All on one executor.
#pragma once

#include "core/base/TunnelStatus.h"
#include "tunnel/dialer/ClientTunnel.h"

namespace berth::tunnel::dialer {

struct DeploymentTunnelOptions {
  std::chrono::milliseconds idleTimeout{300'000};  // an agent without connections is kept so long
  std::chrono::milliseconds reachTimeout{10'000};  // for an agent to answer
  std::chrono::milliseconds statusInterval{1'000};
};

class DeploymentTunnel final : public AgentDialer, public TunnelStatus {
 public:
  // `clock` and `rng` outlive the tunnel. Nothing happens before the first call.
  DeploymentTunnel(asio::any_io_executor executor, std::shared_ptr<client::Session> session, const Clock& clock,
                   Rng& rng, DeploymentTunnelOptions options = {});
  ~DeploymentTunnel() override;  // stop()
  DeploymentTunnel(const DeploymentTunnel&) = delete;
  DeploymentTunnel& operator=(const DeploymentTunnel&) = delete;

  // What the server says when it is asked for the way, Timeout when the agent does not answer, Unavailable when it
  // refuses. Streams may outlive the tunnel, but have ended then.
  Task<Result<std::unique_ptr<Stream>>> dial(AgentId agent, std::uint16_t port) override;
  Task<Result<PingResult>> ping(AgentId agent, std::chrono::milliseconds timeout);

  void setObserver(Observer observer) override;

  // This machine slept, or something else says that what is known of the network is old.
  void onNetworkChange();

  // Lets what was written arrive and says good-bye; about 1 s at most.
  Task<void> close();
  // At once. May be called twice; later calls of dial() are Cancelled.
  void stop() noexcept;

 private:
  class Impl;
  std::shared_ptr<Impl> m_impl;
};

}  // namespace berth::tunnel::dialer
