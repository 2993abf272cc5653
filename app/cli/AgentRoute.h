// Streams to one agent: over the running app's tunnel where that serves the deployment, else over a tunnel of our own,
// which is made when it is needed first. When the app ends, streams from then on take our own.
#pragma once

#include "app/cli/Context.h"
#include "core/base/Random.h"
#include "tunnel/dialer/ClientTunnel.h"
#include "tunnel/service/Client.h"

namespace berth::cli {

class AgentRoute final : public AgentDialer, public tunnel::dialer::AgentPorts {
 public:
  // All outlive the route. With `forcesNewTunnel` the app is not asked.
  AgentRoute(Context& context, client::Session& session, AgentId agent, Rng& rng, bool forcesNewTunnel = false);

  // Finds out which, where that must not wait for the first use.
  Task<Result<void>> connect();
  // To a port of this route's agent; connects first.
  Task<Result<std::unique_ptr<Stream>>> dial(AgentId agent, std::uint16_t port) override;
  Task<Result<std::unique_ptr<Stream>>> dialTcp(std::uint16_t port) override { return dial(m_agent, port); }
  // Only over a tunnel of our own: connect a route that does not ask the app before.
  Result<std::unique_ptr<tunnel::dialer::UdpFlow>> dialUdp(std::uint16_t port,
                                                           tunnel::dialer::UdpFlow::Handler handler) override;
  Task<Result<tunnel::dialer::PingResult>> ping(std::chrono::milliseconds timeout);
  // As ClientTunnel's. Over the app's tunnel, what this process has carried is all that is known here.
  tunnel::dialer::ClientTunnelStatus status() const;
  // Whether the app's tunnel has been used so far, and is going to be used next.
  bool usesApp() const noexcept { return m_hasUsedApp && m_asksApp; }

  Task<void> close();  // as ClientTunnel's

 private:
  Task<Result<void>> openOwn();
  void leaveApp(const Error& why);

  Context& m_context;
  client::Session& m_session;
  AgentId m_agent;
  Rng& m_rng;
  tunnel::service::Client m_app;
  bool m_asksApp;
  bool m_hasUsedApp = false;
  std::unique_ptr<tunnel::dialer::ClientTunnel> m_own;
};

}  // namespace berth::cli
