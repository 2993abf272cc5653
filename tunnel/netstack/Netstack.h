// The TCP/IP end of a tunnel: IP packets on one side, streams and datagrams on the other. It knows no socket.
//
// Everything runs on one executor, that of the tunnel. Several Netstacks may live in a process, in one io_context
// (Stack.h). Packets are IPv6 and at most 1280 bytes long; extension headers and fragments are dropped.
//
// Nothing is lost between netstack and tunnel: an Output that has no room says so, the packet stays where it is, and
// resume() sends it later (reference/tailnet.md 8.1, the lesson of coder issue 13108).
#pragma once

#include <compare>
#include <functional>

#include "core/base/Clock.h"
#include "core/base/Stream.h"
#include "tunnel/wire/Address.h"

namespace berth::tunnel::netstack {

// Both ends of a TCP connection or UDP exchange as the one who started it sees them.
struct Flow {
  wire::Ipv6 source;
  std::uint16_t sourcePort = 0;
  wire::Ipv6 destination;
  std::uint16_t destinationPort = 0;

  auto operator<=>(const Flow&) const = default;
};

class Netstack {
 public:
  // Takes one IP packet for the tunnel; false when there is no room.
  using Output = std::function<bool(ByteView packet)>;
  // Opens what a connection to a port without a listener is joined to. Called before the handshake is answered: an
  // error becomes a reset (reference/tailnet.md 3.3).
  using TcpForwarder = std::function<Task<Result<std::unique_ptr<Stream>>>(Flow flow)>;
  // Every datagram that comes in; the payload is valid during the call.
  using UdpHandler = std::function<void(const Flow& flow, ByteView payload)>;

  // Throws std::logic_error when another Netstack lives in a different io_context.
  Netstack(asio::any_io_executor executor, const Clock& clock, Output output);
  ~Netstack();
  Netstack(const Netstack&) = delete;
  Netstack& operator=(const Netstack&) = delete;

  // At most three. The first is the source of connections that we open.
  void setAddresses(const std::vector<wire::Ipv6>& addresses);

  // One packet from the tunnel. The caller has checked that the sender may use its source address.
  void receive(ByteView packet);

  // The Output has room again.
  void resume();

  // The path was interrupted and works again: sends what is unacknowledged now rather than after its back-off.
  void retransmitSoon();

  // Unavailable when refused, Timeout after some seconds of silence.
  Task<Result<std::unique_ptr<Stream>>> connect(wire::Ipv6 destination, std::uint16_t port);

  // AlreadyExists when the port has a listener. `keepalive` is the idle time after which the peer is probed.
  Result<std::unique_ptr<StreamListener>> listen(std::uint16_t port, std::chrono::milliseconds keepalive);

  void setTcpForwarder(TcpForwarder forwarder);
  void setUdpHandler(UdpHandler handler);

  // One datagram; false when it is too long for the tunnel or there is no room (it is lost then, as datagrams may be).
  bool sendUdp(const Flow& flow, ByteView payload);

  // Round trip of a TSMP ping (reference/tailnet.md 2.9). Pings are repeated at growing intervals until one is
  // answered; Timeout after `timeout`.
  Task<Result<std::chrono::nanoseconds>> ping(wire::Ipv6 destination, std::chrono::milliseconds timeout);

  // Ends every connection with this address, with an error to its users.
  void abortPeer(const wire::Ipv6& address);

  // Waits until everything written to closed and open connections has been acknowledged, or the time is over.
  Task<void> flush(std::chrono::milliseconds timeout);

  // Ends all connections, listeners and forwards; afterwards no callback is called. May be called twice.
  void stop() noexcept;

  // For tests with a clock of their own: when the process's stack wants to be called, and the call.
  std::optional<TimePoint> nextTimerAt() const;
  void onTimer(TimePoint now);

 private:
  class Impl;
  std::shared_ptr<Impl> m_impl;
};

}  // namespace berth::tunnel::netstack
