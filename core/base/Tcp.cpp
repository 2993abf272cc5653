#include "core/base/Tcp.h"

#include <sys/socket.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/this_coro.hpp>
#include <charconv>
#include <format>

#include "core/base/SocketStream.h"

namespace berth {

namespace {

using asio::ip::tcp;
using boost::system::error_code;

class TcpSocketStream final : public SocketStream<TcpStream, tcp::socket> {
 public:
  explicit TcpSocketStream(tcp::socket socket) : SocketStream(std::move(socket)) {
    error_code ignored;
    m_socket.set_option(tcp::no_delay(true), ignored);
    const auto peer = m_socket.remote_endpoint(ignored);
    if (!ignored) m_remoteAddress = addressText(peer.address());
  }

  std::string remoteAddress() const override { return m_remoteAddress; }

  bool isStale() const override {
    char byte = 0;
    // Asio's native_handle() is not const, though reading it changes nothing.
    const int handle = const_cast<tcp::socket&>(m_socket).native_handle();
    const auto count = ::recv(handle, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
  }

 private:
  static std::string addressText(const asio::ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped())
      return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
    return address.to_string();
  }

  std::string m_remoteAddress;
};

class SocketListener final : public TcpListener {
 public:
  explicit SocketListener(tcp::acceptor acceptor) : m_acceptor(std::move(acceptor)) {
    error_code ignored;
    m_port = m_acceptor.local_endpoint(ignored).port();
  }

  std::uint16_t port() const noexcept override { return m_port; }

  Task<Result<std::unique_ptr<TcpStream>>> acceptTcp() override {
    error_code error;
    tcp::socket socket = co_await m_acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return fail(socketError(error, std::format("accept on port {}", m_port)));
    co_return std::make_unique<TcpSocketStream>(std::move(socket));
  }

  Task<Result<std::unique_ptr<Stream>>> accept() override {
    CO_TRY_ASSIGN(auto stream, co_await acceptTcp());
    co_return std::unique_ptr<Stream>(std::move(stream));
  }

  void close() noexcept override {
    error_code ignored;
    m_acceptor.close(ignored);
  }

 private:
  tcp::acceptor m_acceptor;
  std::uint16_t m_port = 0;
};

struct HostAndPort {
  std::string host;
  std::string port;
};

Result<HostAndPort> splitHostAndPort(const std::string& text) {
  const auto colon = text.rfind(':');
  HostAndPort parts{text.substr(0, colon), colon == std::string::npos ? "" : text.substr(colon + 1)};
  std::uint16_t port = 0;
  const char* end = parts.port.data() + parts.port.size();
  const auto parsed = std::from_chars(parts.port.data(), end, port);
  if (parsed.ec == std::errc::result_out_of_range)
    return fail(ErrorCode::InvalidInput,
                std::format("address \"{}\": a port is a number from 1 to 65535, or 0 for one that is free", text));
  if (parts.port.empty() || parsed.ec != std::errc() || parsed.ptr != end)
    return fail(ErrorCode::InvalidInput,
                std::format("address \"{}\": expected HOST:PORT, for example 127.0.0.1:3000", text));
  if (parts.host.starts_with('[') && parts.host.ends_with(']'))
    parts.host = parts.host.substr(1, parts.host.size() - 2);
  return parts;
}

Result<tcp::acceptor> bindTo(const asio::any_io_executor& executor, const tcp::endpoint& endpoint, bool isDualStack) {
  const std::string what = std::format("listen on {} port {}", endpoint.address().to_string(), endpoint.port());
  tcp::acceptor acceptor(executor);
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (error) return fail(socketError(error, what));
  acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (isDualStack) acceptor.set_option(asio::ip::v6_only(false), error);
  acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error == asio::error::address_in_use)
    return fail(ErrorCode::AlreadyExists,
                std::format("{}: another program uses this port; stop it or choose another port", what));
  if (error) return fail(socketError(error, what));
  return acceptor;
}

}  // namespace

Task<Result<std::unique_ptr<TcpStream>>> connectTcp(std::string host, std::uint16_t port) {
  const auto executor = co_await asio::this_coro::executor;
  const std::string what = std::format("connect to {} port {}", host, port);
  tcp::socket socket(executor);
  error_code error;
  const auto literal = asio::ip::make_address(host, error);
  if (!error) {  // spares the resolver's thread
    co_await socket.async_connect({literal, port}, asio::redirect_error(asio::use_awaitable, error));
  } else {
    tcp::resolver resolver(executor);
    const auto found =
        co_await resolver.async_resolve(host, std::to_string(port), asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return fail(socketError(error, std::format("look up {}", host)));
    co_await asio::async_connect(socket, found, asio::redirect_error(asio::use_awaitable, error));
  }
  if (error) co_return fail(socketError(error, what));
  co_return std::make_unique<TcpSocketStream>(std::move(socket));
}

Result<std::unique_ptr<TcpListener>> listenTcp(const asio::any_io_executor& executor, const std::string& hostAndPort) {
  TRY_ASSIGN(const auto parts, splitHostAndPort(hostAndPort));
  const auto port = static_cast<std::uint16_t>(std::stoul(parts.port));
  if (parts.host.empty()) {
    auto everywhere = bindTo(executor, {asio::ip::address_v6::any(), port}, true);
    if (!everywhere && everywhere.error().code() != ErrorCode::AlreadyExists)  // no IPv6 on this machine
      everywhere = bindTo(executor, {asio::ip::address_v4::any(), port}, false);
    if (!everywhere) return fail(everywhere.error());
    return std::make_unique<SocketListener>(std::move(*everywhere));
  }
  error_code error;
  tcp::resolver resolver(executor);
  const auto found = resolver.resolve(parts.host, parts.port, tcp::resolver::passive, error);
  if (error || found.empty())
    return fail(ErrorCode::InvalidInput, std::format("address \"{}\": no such host", hostAndPort));
  TRY_ASSIGN(auto acceptor, bindTo(executor, found.begin()->endpoint(), false));
  return std::make_unique<SocketListener>(std::move(acceptor));
}

}  // namespace berth
