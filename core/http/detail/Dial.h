// Connections of a client to one origin, and the pool of those that wait for the next request.
#pragma once

#include <chrono>
#include <deque>

#include "core/base/Tcp.h"
#include "core/http/Client.h"
#include "core/http/detail/MessageReader.h"
#include "core/http/detail/TlsStream.h"

namespace berth::http::detail {

struct ClientConnection {
  explicit ClientConnection(std::shared_ptr<Stream> connected) : stream(std::move(connected)), reader(stream) {}

  std::shared_ptr<Stream> stream;
  std::shared_ptr<TcpStream> socket;  // beneath TLS, or the same as `stream`
  MessageReader reader;
  bool isReused = false;
  std::chrono::steady_clock::time_point idleSince;
};

class Dialer {
 public:
  Dialer(asio::any_io_executor executor, Url origin, ClientOptions options);

  // A waiting connection or a new one.
  Task<Result<std::unique_ptr<ClientConnection>>> take();
  Task<Result<std::unique_ptr<ClientConnection>>> connect();
  void giveBack(std::unique_ptr<ClientConnection> connection);

  const asio::any_io_executor& executor() const noexcept { return m_executor; }
  const Url& origin() const noexcept { return m_origin; }
  const ClientOptions& options() const noexcept { return m_options; }

 private:
  Task<Result<std::shared_ptr<TcpStream>>> connectSocket();
  Task<Result<std::shared_ptr<TcpStream>>> connectSocketTo(const Url& place);

  asio::any_io_executor m_executor;
  Url m_origin;
  ClientOptions m_options;
  std::shared_ptr<TlsContext> m_tls;  // made with the first TLS connection
  std::deque<std::unique_ptr<ClientConnection>> m_idle;
};

}  // namespace berth::http::detail
