// What the agent needs of the tunnel; implemented by tunnel/dialer, handed in by app/agent.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/base/Ids.h"
#include "core/base/Stream.h"
#include "core/http/Client.h"

namespace berth::rpc {
class YamuxSession;
}

namespace berth::agent {

struct NetworkConfig {
  asio::any_io_executor executor;
  Uuid agentId;  // the addresses are derived from it (reference/tailnet.md 3.2)
  http::Url server;
  http::ClientOptions http = {};  // extra headers, certificates
  std::string derpMap;            // a serialised coder.tailnet.v2.DERPMap; empty: wait for the stream
  bool disablesDirectConnections = false;
  bool forcesRelayWebSockets = false;
  std::uint16_t listenPort = 0;  // UDP, for direct paths; 0: any
};

// Traffic inside the tunnel since the last asking (reference/tailnet.md 7.4).
struct NetworkStats {
  std::int64_t connectionCount = 0;
  std::map<std::string, std::int64_t> connectionsByProtocol;  // "TCP", "UDP", "TSMP"
  std::int64_t rxPackets = 0;
  std::int64_t rxBytes = 0;
  std::int64_t txPackets = 0;
  std::int64_t txBytes = 0;
  std::optional<std::chrono::nanoseconds> medianLatency;
};

// The agent's end of the tunnel. It outlives connections to the control plane, so that SSH sessions survive them.
// Ports that nobody listens on are forwarded to the same port of this machine (reference/tailnet.md 3.3).
class Network {
 public:
  virtual ~Network() = default;

  virtual Result<std::unique_ptr<StreamListener>> listen(std::uint16_t port) = 0;

  // Coordinates over the session of one connection to the control plane (Coordinate and StreamDERPMaps,
  // reference/tailnet.md 4.10) until either stream ends; the error says why. Called again after a reconnect.
  virtual Task<Result<void>> coordinate(std::shared_ptr<rpc::YamuxSession> session) = 0;

  // A graceful end: tells the coordinator goodbye on the session that is current, then coordinate() returns.
  virtual Task<void> leave() = 0;

  // A later manifest's settings.
  virtual void update(const NetworkConfig& config) = 0;

  virtual NetworkStats takeStats() = 0;
  // The latest netcheck report as JSON, for GET /api/v0/netcheck.
  virtual std::string netcheckJson() const = 0;

  // Ends everything at once. May be called twice.
  virtual void stop() noexcept = 0;
};

using NetworkFactory = std::function<Result<std::unique_ptr<Network>>(NetworkConfig)>;

}  // namespace berth::agent
