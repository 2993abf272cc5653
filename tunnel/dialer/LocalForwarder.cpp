#include "tunnel/dialer/LocalForwarder.h"

#include "core/base/Tcp.h"
#include "tunnel/dialer/IdleMap.h"
#include "tunnel/link/UdpSocket.h"

namespace berth::tunnel::dialer {

namespace {

constexpr std::chrono::seconds kUdpIdle{120};
constexpr std::chrono::seconds kDnsIdle{30};
constexpr std::uint16_t kDnsPort = 53;
constexpr std::size_t kMaxUdpFlows = 1024;
constexpr std::array<std::uint8_t, 4> kLoopback{127, 0, 0, 1};

Task<Result<std::unique_ptr<Stream>>> connectLocally(netstack::Flow flow) {
  auto stream = co_await connectTcp("127.0.0.1", flow.destinationPort);
  if (!stream) stream = co_await connectTcp("::1", flow.destinationPort);
  if (!stream) co_return fail(std::move(stream).error());
  co_return std::unique_ptr<Stream>(*std::move(stream));
}

netstack::Flow reversed(const netstack::Flow& flow) {
  return {flow.destination, flow.destinationPort, flow.source, flow.sourcePort};
}

}  // namespace

netstack::Netstack::TcpForwarder makeTcpForwarder() { return &connectLocally; }

class UdpForwarder::Impl : public std::enable_shared_from_this<UdpForwarder::Impl> {
 public:
  Impl(asio::any_io_executor executor, const Clock& clock, Answer answer)
      : m_executor(executor),
        m_answer(std::move(answer)),
        m_flows(executor, clock, kMaxUdpFlows, kDnsIdle,
                [](const netstack::Flow& flow) { return flow.destinationPort == kDnsPort ? kDnsIdle : kUdpIdle; }) {}

  void onDatagram(const netstack::Flow& flow, ByteView payload) {
    auto* socket = m_flows.use(flow);
    if (socket == nullptr) {
      if (m_flows.isFull()) return;
      auto opened = openFor(flow);
      if (!opened) return;
      socket = &m_flows.add(flow, *std::move(opened));
    }
    (*socket)->send({wire::mappedV4(kLoopback), flow.destinationPort}, payload);
  }

  void stop() noexcept { m_flows.clear(); }
  std::size_t flowCount() const noexcept { return m_flows.size(); }

 private:
  using Socket = std::unique_ptr<link::UdpSocket>;

  // From the peer's own port if that is free here.
  Result<Socket> openFor(const netstack::Flow& flow) {
    const auto onAnswer = [weak = weak_from_this(), flow](const wire::Endpoint& source, ByteView payload) {
      const auto self = weak.lock();
      if (!self || source.port != flow.destinationPort) return;
      (void)self->m_flows.use(flow);
      self->m_answer(reversed(flow), payload);
    };
    auto socket = link::UdpSocket::open(m_executor, {wire::mappedV4(kLoopback), flow.sourcePort}, onAnswer);
    if (!socket) socket = link::UdpSocket::open(m_executor, {wire::mappedV4(kLoopback), 0}, onAnswer);
    return socket;
  }

  asio::any_io_executor m_executor;
  Answer m_answer;
  IdleMap<netstack::Flow, Socket> m_flows;
};

UdpForwarder::UdpForwarder(asio::any_io_executor executor, const Clock& clock, Answer answer)
    : m_impl(std::make_shared<Impl>(std::move(executor), clock, std::move(answer))) {}
UdpForwarder::~UdpForwarder() { m_impl->stop(); }
void UdpForwarder::onDatagram(const netstack::Flow& flow, ByteView payload) { m_impl->onDatagram(flow, payload); }
std::size_t UdpForwarder::flowCount() const noexcept { return m_impl->flowCount(); }

}  // namespace berth::tunnel::dialer
