// Answers Binding requests: peers behind a NAT learn from it under which address the world sees them. Answers are
// shorter than the requests, so nobody is flooded through us.
#pragma once

#include "tunnel/link/UdpSocket.h"

namespace berth::tunnel::stun {

class Server {
 public:
  // Unavailable when the address is taken. Port 0: a free one.
  static Result<std::unique_ptr<Server>> start(const asio::any_io_executor& executor, const wire::Endpoint& local);

  std::uint16_t port() const { return m_socket->localEndpoint().port; }
  void stop() noexcept { m_socket->close(); }  // may be called twice

 private:
  Server() = default;
  std::unique_ptr<link::UdpSocket> m_socket;
};

}  // namespace berth::tunnel::stun
