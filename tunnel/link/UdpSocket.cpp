#include "tunnel/link/UdpSocket.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>

#include "core/base/SocketError.h"
#include "tunnel/link/SocketAddress.h"

namespace berth::tunnel::link {

namespace {

using asio::ip::udp;

constexpr std::size_t kMaxDatagram = 65'536;

udp::endpoint toAsio(const wire::Endpoint& endpoint) {
  SocketAddress address(endpoint);
  udp::endpoint out;
  std::memcpy(out.data(), address.data(), address.size());
  out.resize(address.size());
  return out;
}

wire::Endpoint fromAsio(const udp::endpoint& endpoint) { return endpointOf(*endpoint.data()); }

struct State {
  State(const asio::any_io_executor& executor, UdpSocket::Handler receive)
      : socket(executor), handler(std::move(receive)) {}
  udp::socket socket;
  UdpSocket::Handler handler;
};

Task<void> receive(std::shared_ptr<State> state) {
  Bytes buffer(kMaxDatagram);
  while (state->socket.is_open()) {
    udp::endpoint source;
    boost::system::error_code error;
    const std::size_t size = co_await state->socket.async_receive_from(
        asio::buffer(buffer), source, asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::connection_refused) continue;  // an ICMP answer to what was sent before
    if (error) co_return;
    if (const auto handler = state->handler) handler(fromAsio(source), ByteView(buffer).first(size));
  }
}

class AsioUdpSocket final : public UdpSocket {
 public:
  explicit AsioUdpSocket(std::shared_ptr<State> state) : m_state(std::move(state)) {}
  ~AsioUdpSocket() override { close(); }

  void send(const wire::Endpoint& to, ByteView payload) override {
    boost::system::error_code lost;
    m_state->socket.send_to(asio::buffer(payload.data(), payload.size()), toAsio(to), 0, lost);
  }
  wire::Endpoint localEndpoint() const override {
    boost::system::error_code error;
    return fromAsio(m_state->socket.local_endpoint(error));
  }
  void close() noexcept override {
    boost::system::error_code ignored;
    m_state->handler = nullptr;
    m_state->socket.close(ignored);
  }

 private:
  std::shared_ptr<State> m_state;
};

}  // namespace

Result<std::unique_ptr<UdpSocket>> UdpSocket::open(const asio::any_io_executor& executor, const wire::Endpoint& local,
                                                   Handler handler) {
  auto state = std::make_shared<State>(executor, std::move(handler));
  const udp::endpoint endpoint = toAsio(local);
  boost::system::error_code error;
  state->socket.open(endpoint.protocol(), error);
  if (!error && endpoint.protocol() == udp::v6()) state->socket.set_option(asio::ip::v6_only(true), error);
  if (!error) state->socket.non_blocking(true, error);
  if (!error) state->socket.bind(endpoint, error);
  if (error) return fail(socketError(error, "open UDP socket on " + local.toString()));
  asio::co_spawn(executor, receive(state), asio::detached);
  return std::make_unique<AsioUdpSocket>(std::move(state));
}

}  // namespace berth::tunnel::link
