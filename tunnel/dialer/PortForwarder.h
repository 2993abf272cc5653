// Ports of this machine that lead to ports of a workspace: the near end of `berth port-forward` (LocalForwarder is the
// far one). Connections pass half-closes on; datagrams belong to a flow by who sent them here, and a flow ends when
// nothing went either way for a while.
#pragma once

#include "core/base/Clock.h"
#include "core/base/Stream.h"
#include "tunnel/dialer/UdpDialer.h"

namespace berth::tunnel::dialer {

enum class Transport { Tcp, Udp };
std::string_view toString(Transport transport) noexcept;  // "tcp", "udp"

struct PortForward {
  Transport transport = Transport::Tcp;
  std::optional<Ipv6> localAddress = {};  // IPv4 in its mapped form; none: 127.0.0.1, and [::1] where that is possible
  std::uint16_t localPort = 0;            // 0: a free one
  std::uint16_t remotePort = 0;

  auto operator<=>(const PortForward&) const = default;
};

// What PortForwarder needs of the tunnel: the ports of the workspace's loopback.
class AgentPorts {
 public:
  virtual ~AgentPorts() = default;
  virtual Task<Result<std::unique_ptr<Stream>>> dialTcp(std::uint16_t port) = 0;
  virtual Result<std::unique_ptr<UdpFlow>> dialUdp(std::uint16_t port, UdpFlow::Handler handler) = 0;
};

struct PortForwarderOptions {
  std::chrono::steady_clock::duration udpIdle = std::chrono::minutes(2);  // as agents have it
  // What people should know of a single connection: it could not be made, say. Whole sentences.
  std::function<void(const std::string&)> report = {};
};

// All calls on the executor.
class PortForwarder {
 public:
  // `clock` and `ports` outlive this.
  PortForwarder(asio::any_io_executor executor, const Clock& clock, AgentPorts& ports, PortForwarderOptions options);
  ~PortForwarder();  // as stopListening(); see close()
  PortForwarder(const PortForwarder&) = delete;
  PortForwarder& operator=(const PortForwarder&) = delete;

  // Listens from here on, also while the workspace cannot be reached; the value is the local port. AlreadyExists when
  // another program has the port, PermissionDenied when it is only for root.
  Result<std::uint16_t> open(const PortForward& forward);

  // Takes no more on `localPort`; what is connected goes on.
  void stopListening(Transport transport, std::uint16_t localPort);
  void stopListening();

  // Ends everything.
  Task<void> close();

  std::size_t connectionCount() const noexcept;  // TCP
  std::size_t flowCount() const noexcept;        // UDP

 private:
  class Impl;
  std::shared_ptr<Impl> m_impl;
};

}  // namespace berth::tunnel::dialer
