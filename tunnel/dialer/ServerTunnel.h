// A server's own way to the agents of its workspaces: one member of the tailnet for all of them, which coordinates
// within the process. It is there while it is used, and some minutes longer. All on one executor.
#pragma once

#include <functional>
#include <memory>

#include "core/base/Clock.h"
#include "core/base/Random.h"
#include "core/base/Stream.h"
#include "core/http/Message.h"

namespace berth::tunnel::dialer {

struct ServerTunnelOptions {
  http::Url server;  // where this server answers itself: its relay is behind it
  // A new session with the coordinator, of a peer that may reach every agent; yamux's client end.
  std::function<std::unique_ptr<Stream>()> coordinate;
};

class ServerTunnel final : public AgentDialer {
 public:
  // `clock` and `rng` outlive the tunnel.
  ServerTunnel(asio::any_io_executor executor, const Clock& clock, Rng& rng, ServerTunnelOptions options);
  ~ServerTunnel() override;  // stop()
  ServerTunnel(const ServerTunnel&) = delete;
  ServerTunnel& operator=(const ServerTunnel&) = delete;

  // Timeout when the agent does not answer within some seconds, Unavailable when it refuses.
  Task<Result<std::unique_ptr<Stream>>> dial(AgentId agent, std::uint16_t port) override;

  // Ends all connections; nothing is dialled afterwards. May be called twice.
  void stop() noexcept;

 private:
  class Impl;
  std::shared_ptr<Impl> m_impl;
};

}  // namespace berth::tunnel::dialer
