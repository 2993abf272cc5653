// Forwarding of TCP and Unix sockets, in both directions (RFC 4254 7).
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>

#include "core/agent/ssh/Channel.h"

namespace berth::agent::ssh {

// A socket of Asio's as a non-blocking descriptor.
template <typename Socket>
Descriptor takeDescriptor(Socket socket) {
  boost::system::error_code ignored;
  socket.native_non_blocking(true, ignored);
  auto executor = socket.get_executor();
  return Descriptor(executor, socket.release());
}

// A channel whose other side is a socket.
class ForwardChannel final : public Channel {
 public:
  ForwardChannel(std::shared_ptr<Connection> connection, ssh_channel handle, Descriptor socket);

  // Copies both ways until both have ended. Call once.
  static Task<void> run(std::shared_ptr<ForwardChannel> self);

 private:
  void onDetached() override;
  void onSinkEnded() override;
  // A client may open, send and close before the socket has taken anything.
  bool deliversAfterClose() const override { return true; }

  Descriptor m_socket;
  bool m_hasSourceEnded = false;
};

// A connection to `host`:`port` from within the workspace, or to the Unix socket `host` when the port is 0.
Task<Result<Descriptor>> connectTo(asio::any_io_executor executor, std::string host, std::uint16_t port);

// A tcpip-forward request: a port of the workspace that leads to the peer.
class Listener {
 public:
  static Result<std::shared_ptr<Listener>> open(asio::any_io_executor executor, std::string address,
                                                std::uint16_t port);

  // As the peer asked for it.
  const std::string& address() const noexcept { return m_address; }
  std::uint16_t port() const noexcept { return m_port; }
  asio::ip::tcp::acceptor& acceptor() noexcept { return m_acceptor; }
  void close();

 private:
  Listener(const asio::any_io_executor& executor, std::string address)
      : m_acceptor(executor), m_address(std::move(address)) {}

  asio::ip::tcp::acceptor m_acceptor;
  std::string m_address;
  std::uint16_t m_port = 0;
};

}  // namespace berth::agent::ssh
