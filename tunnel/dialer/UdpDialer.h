// UDP exchanges that this side of a tunnel starts. Each has a source port of its own, so that the other end can tell
// them apart (reference/tailnet.md 3.3).
#pragma once

#include "tunnel/node/Node.h"

namespace berth::tunnel::dialer {

// One exchange with a port of the peer; ends when it is destroyed.
class UdpFlow {
 public:
  // What comes back; the payload is valid during the call. The handler may destroy the flow.
  using Handler = std::function<void(ByteView payload)>;

  virtual ~UdpFlow() = default;
  // False when the datagram is lost here: it is longer than netstack::kMaxUdpPayload, or there is no room.
  virtual bool send(ByteView payload) = 0;
};

class UdpDialer {
 public:
  // Takes the node's UDP handler. The node outlives this; flows may outlive both and are dead then.
  explicit UdpDialer(Node& node);
  ~UdpDialer();
  UdpDialer(const UdpDialer&) = delete;
  UdpDialer& operator=(const UdpDialer&) = delete;

  // LimitExceeded when every source port is in use.
  Result<std::unique_ptr<UdpFlow>> open(const Ipv6& destination, std::uint16_t port, UdpFlow::Handler handler);

 private:
  class Flow;
  struct State;
  std::shared_ptr<State> m_state;
};

}  // namespace berth::tunnel::dialer
