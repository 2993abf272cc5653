// A UDP socket of the machine for single datagrams: forwarding, STUN answers. Asio's stays behind UdpSocket.cpp. The
// tunnel's own traffic goes through BatchSocket.
#pragma once

#include <functional>
#include <memory>

#include "core/base/Error.h"
#include "core/base/Task.h"
#include "tunnel/wire/Address.h"

namespace berth::tunnel::link {

class UdpSocket {
 public:
  // A datagram that came; the payload is valid during the call. The handler may close or destroy the socket.
  using Handler = std::function<void(const wire::Endpoint& source, ByteView payload)>;

  // Bound to `local` (IPv4 in its mapped form; port 0: a free one). Receives until closed. AlreadyExists when another
  // program has the port.
  static Result<std::unique_ptr<UdpSocket>> open(const asio::any_io_executor& executor, const wire::Endpoint& local,
                                                 Handler handler);
  virtual ~UdpSocket() = default;  // closes

  // Lost when the kernel has no room or the destination refuses, as datagrams may be.
  virtual void send(const wire::Endpoint& to, ByteView payload) = 0;
  virtual wire::Endpoint localEndpoint() const = 0;
  virtual void close() noexcept = 0;
};

}  // namespace berth::tunnel::link
