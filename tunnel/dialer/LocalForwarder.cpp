#include "tunnel/dialer/LocalForwarder.h"

#include <boost/asio/steady_timer.hpp>

#include "core/base/Tcp.h"
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
      : m_executor(std::move(executor)), m_clock(clock), m_answer(std::move(answer)), m_sweep(m_executor) {}

  void onDatagram(const netstack::Flow& flow, ByteView payload) {
    auto found = m_flows.find(flow);
    if (found == m_flows.end()) {
      if (m_flows.size() >= kMaxUdpFlows) return;
      auto socket = openFor(flow);
      if (!socket) return;
      found = m_flows.emplace(flow, Entry{*std::move(socket), {}}).first;
      sweepLater();
    }
    found->second.lastUsedAt = m_clock.now();
    found->second.socket->send({wire::mappedV4(kLoopback), flow.destinationPort}, payload);
  }

  void stop() noexcept {
    m_flows.clear();
    m_sweep.cancel();
  }
  std::size_t flowCount() const noexcept { return m_flows.size(); }

 private:
  struct Entry {
    std::unique_ptr<link::UdpSocket> socket;
    TimePoint lastUsedAt;
  };

  // From the peer's own port if that is free here.
  Result<std::unique_ptr<link::UdpSocket>> openFor(const netstack::Flow& flow) {
    const auto onAnswer = [weak = weak_from_this(), flow](const wire::Endpoint& source, ByteView payload) {
      const auto self = weak.lock();
      if (!self || source.port != flow.destinationPort) return;
      if (const auto entry = self->m_flows.find(flow); entry != self->m_flows.end())
        entry->second.lastUsedAt = self->m_clock.now();
      self->m_answer(reversed(flow), payload);
    };
    auto socket = link::UdpSocket::open(m_executor, {wire::mappedV4(kLoopback), flow.sourcePort}, onAnswer);
    if (!socket) socket = link::UdpSocket::open(m_executor, {wire::mappedV4(kLoopback), 0}, onAnswer);
    return socket;
  }

  void sweepLater() {
    if (m_isSweeping) return;
    m_isSweeping = true;
    m_sweep.expires_after(kDnsIdle);
    m_sweep.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      const auto self = weak.lock();
      if (error || !self) return;
      self->m_isSweeping = false;
      const TimePoint now = self->m_clock.now();
      std::erase_if(self->m_flows, [now](const auto& item) {
        return now - item.second.lastUsedAt >= (item.first.destinationPort == kDnsPort ? kDnsIdle : kUdpIdle);
      });
      if (!self->m_flows.empty()) self->sweepLater();
    });
  }

  asio::any_io_executor m_executor;
  const Clock& m_clock;
  Answer m_answer;
  std::map<netstack::Flow, Entry> m_flows;
  asio::steady_timer m_sweep;
  bool m_isSweeping = false;
};

UdpForwarder::UdpForwarder(asio::any_io_executor executor, const Clock& clock, Answer answer)
    : m_impl(std::make_shared<Impl>(std::move(executor), clock, std::move(answer))) {}
UdpForwarder::~UdpForwarder() { m_impl->stop(); }
void UdpForwarder::onDatagram(const netstack::Flow& flow, ByteView payload) { m_impl->onDatagram(flow, payload); }
std::size_t UdpForwarder::flowCount() const noexcept { return m_impl->flowCount(); }

}  // namespace berth::tunnel::dialer
