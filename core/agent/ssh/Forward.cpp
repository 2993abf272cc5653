#include "core/agent/ssh/Forward.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/local/stream_protocol.hpp>

namespace berth::agent::ssh {

namespace {

using Tcp = asio::ip::tcp;

// Names that every image must know, even without a hosts file.
std::vector<Tcp::endpoint> literalEndpoints(const std::string& host, std::uint16_t port) {
  if (host == "localhost") return {{asio::ip::address_v4::loopback(), port}, {asio::ip::address_v6::loopback(), port}};
  boost::system::error_code error;
  const auto address = asio::ip::make_address(host, error);
  if (error) return {};
  return {{address, port}};
}

Task<Result<Descriptor>> connectToPath(asio::any_io_executor executor, const std::string& path) {
  using Local = asio::local::stream_protocol;
  if (path.size() >= sizeof(sockaddr_un::sun_path))
    co_return fail(ErrorCode::InvalidInput, "connect to " + path + ": the path is too long for a socket");
  Local::socket socket(executor);
  boost::system::error_code error;
  co_await socket.async_connect(Local::endpoint(path), asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return fail(ErrorCode::Unavailable, std::format("connect to {}: {}", path, error.message()));
  co_return takeDescriptor(std::move(socket));
}

}  // namespace

Task<Result<Descriptor>> connectTo(asio::any_io_executor executor, std::string host, std::uint16_t port) {
  if (port == 0) co_return co_await connectToPath(executor, host);
  boost::system::error_code error;
  std::vector<Tcp::endpoint> endpoints = literalEndpoints(host, port);
  if (endpoints.empty()) {
    Tcp::resolver resolver(executor);
    const auto found =
        co_await resolver.async_resolve(host, std::to_string(port), asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return fail(ErrorCode::NotFound, std::format("look up {}: {}", host, error.message()));
    endpoints.assign(found.begin(), found.end());
  }
  Tcp::socket socket(executor);
  co_await asio::async_connect(socket, endpoints, asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return fail(ErrorCode::Unavailable, std::format("connect to {}:{}: {}", host, port, error.message()));
  socket.set_option(Tcp::no_delay(true), error);
  co_return takeDescriptor(std::move(socket));
}

ForwardChannel::ForwardChannel(std::shared_ptr<Connection> connection, ssh_channel handle, Descriptor socket)
    : Channel(std::move(connection), handle), m_socket(std::move(socket)) {}

Task<void> ForwardChannel::run(std::shared_ptr<ForwardChannel> self) {
  self->attachSink(self->m_socket, SinkEnd::ShutDown);
  self->m_hasSourceEnded = co_await self->pumpOutput(self->m_socket, false);
  if (!self->m_hasSourceEnded) co_return;
  self->sendEof();
  if (self->hasSinkEnded()) self->finish();
}

void ForwardChannel::onSinkEnded() {
  if (m_hasSourceEnded) asio::post(connection().executor(), [self = shared_from_this(), this] { finish(); });
}

void ForwardChannel::onDetached() {
  boost::system::error_code ignored;
  m_socket.close(ignored);
}

Result<std::shared_ptr<Listener>> Listener::open(asio::any_io_executor executor, std::string address,
                                                 std::uint16_t port) {
  std::shared_ptr<Listener> listener(new Listener(executor, address));
  boost::system::error_code error;
  Tcp::endpoint endpoint(Tcp::v4(), port);
  if (address == "localhost") {
    endpoint = {asio::ip::address_v4::loopback(), port};
  } else if (!address.empty() && address != "*") {
    endpoint = {asio::ip::make_address(address, error), port};
    if (error) return fail(ErrorCode::InvalidInput, std::format("listen on '{}': not an address", address));
  }
  Tcp::acceptor& acceptor = listener->m_acceptor;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return fail(ErrorCode::Unavailable, std::format("listen on {}:{}: {}", address, port, error.message()));
  listener->m_port = acceptor.local_endpoint(error).port();
  return listener;
}

void Listener::close() {
  boost::system::error_code ignored;
  m_acceptor.close(ignored);
}

}  // namespace berth::agent::ssh
