// TCP as Streams. Asio's sockets stay behind Tcp.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/Stream.h"

namespace berth {

class TcpStream : public Stream {
 public:
  virtual std::string remoteAddress() const = 0;  // without the port; "" once disconnected

  // True when the peer has closed or broken the connection, as far as the kernel knows now. For pools.
  virtual bool isStale() const = 0;
};

class TcpListener : public StreamListener {
 public:
  virtual std::uint16_t port() const noexcept = 0;
  virtual Task<Result<std::unique_ptr<TcpStream>>> acceptTcp() = 0;
};

// Tries each address of `host` (a name or an address, IPv6 without brackets) in turn. No time limit of its own: the
// caller cancels.
Task<Result<std::unique_ptr<TcpStream>>> connectTcp(std::string host, std::uint16_t port);

// "127.0.0.1:3000", "[::1]:3000", "localhost:3000"; ":3000" is every address of the machine. Port 0 takes a free one.
Result<std::unique_ptr<TcpListener>> listenTcp(const asio::any_io_executor& executor, const std::string& hostAndPort);

}  // namespace berth
