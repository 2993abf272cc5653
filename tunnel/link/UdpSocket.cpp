#include "tunnel/link/UdpSocket.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace berth::tunnel::link {

namespace {

using asio::ip::udp;

constexpr std::size_t kMaxDatagram = 65'536;
constexpr std::size_t kMappedPrefix = 12;  // ::ffff:0:0/96

udp::endpoint toAsio(const wire::Endpoint& endpoint) {
  asio::ip::address_v6::bytes_type bytes;
  std::ranges::transform(endpoint.address.bytes, bytes.begin(),
                         [](std::byte b) { return std::to_integer<unsigned char>(b); });
  if (!wire::isV4Mapped(endpoint.address)) return {asio::ip::address_v6(bytes), endpoint.port};
  asio::ip::address_v4::bytes_type v4;
  std::ranges::copy_n(bytes.begin() + kMappedPrefix, v4.size(), v4.begin());
  return {asio::ip::address_v4(v4), endpoint.port};
}

wire::Endpoint fromAsio(const udp::endpoint& endpoint) {
  if (endpoint.address().is_v4()) return {wire::mappedV4(endpoint.address().to_v4().to_bytes()), endpoint.port()};
  wire::Endpoint out;
  const auto bytes = endpoint.address().to_v6().to_bytes();
  std::ranges::transform(bytes, out.address.bytes.begin(), [](unsigned char b) { return std::byte{b}; });
  out.port = endpoint.port();
  return out;
}

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
  if (!error) state->socket.non_blocking(true, error);
  if (!error) state->socket.bind(endpoint, error);
  if (error) return fail(ErrorCode::Unavailable, "open UDP socket on " + local.toString() + ": " + error.message());
  asio::co_spawn(executor, receive(state), asio::detached);
  return std::make_unique<AsioUdpSocket>(std::move(state));
}

}  // namespace berth::tunnel::link
