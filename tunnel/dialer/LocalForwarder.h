// What an agent does with connections and datagrams for ports that nobody listens on inside the tunnel: hands them to
// the same port of this machine (reference/tailnet.md 3.3). TCP tries 127.0.0.1, then [::1]; UDP 127.0.0.1 alone.
#pragma once

#include <map>

#include "core/base/Clock.h"
#include "tunnel/node/Node.h"

namespace berth::tunnel::dialer {

netstack::Netstack::TcpForwarder makeTcpForwarder();

// Forwards datagrams and their answers. A flow ends after two minutes without any (30 s for DNS).
class UdpForwarder {
 public:
  using Answer = std::function<void(const netstack::Flow& flow, ByteView payload)>;

  // `answer` sends into the tunnel. `clock` outlives this.
  UdpForwarder(asio::any_io_executor executor, const Clock& clock, Answer answer);
  ~UdpForwarder();
  UdpForwarder(const UdpForwarder&) = delete;
  UdpForwarder& operator=(const UdpForwarder&) = delete;

  void onDatagram(const netstack::Flow& flow, ByteView payload);
  std::size_t flowCount() const noexcept;

 private:
  class Impl;
  std::shared_ptr<Impl> m_impl;
};

}  // namespace berth::tunnel::dialer
