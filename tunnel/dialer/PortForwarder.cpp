#include "tunnel/dialer/PortForwarder.h"

#include <boost/asio/steady_timer.hpp>

#include "core/base/Log.h"
#include "core/base/TaskGroup.h"
#include "core/base/Tcp.h"
#include "tunnel/dialer/IdleMap.h"
#include "tunnel/link/UdpSocket.h"
#include "tunnel/netstack/Udp.h"

namespace berth::tunnel::dialer {

namespace {

constexpr std::size_t kMaxUdpFlows = 1024;  // of one local port, as agents have it
constexpr std::chrono::milliseconds kDescriptorPause{200};

const Ipv6 kLoopback4 = wire::mappedV4({127, 0, 0, 1});
const Ipv6 kLoopback6 = *Ipv6::parse("::1");

using Report = std::function<void(const std::string&)>;

std::string nameOf(Transport transport) { return transport == Transport::Tcp ? "TCP" : "UDP"; }

Error listenError(Transport transport, const wire::Endpoint& local, const Error& cause) {
  const std::string what = std::format("{} port {}", nameOf(transport), local.toString());
  if (cause.code() == ErrorCode::AlreadyExists) return {cause.code(), what + " is taken by another program"};
  if (cause.code() == ErrorCode::PermissionDenied) return {cause.code(), what + " is only for root"};
  return cause;
}

// A local UDP port and the flows of those who send to it.
class UdpPort : public std::enable_shared_from_this<UdpPort> {
 public:
  UdpPort(const asio::any_io_executor& executor, const Clock& clock, AgentPorts& ports, std::uint16_t remotePort,
          const PortForwarderOptions& options)
      : m_ports(ports),
        m_remotePort(remotePort),
        m_report(options.report),
        m_flows(executor, clock, kMaxUdpFlows, options.udpIdle,
                [idle = options.udpIdle](const wire::Endpoint&) { return idle; }) {}

  Result<std::uint16_t> open(const asio::any_io_executor& executor, const wire::Endpoint& local) {
    TRY_ASSIGN(m_socket, link::UdpSocket::open(executor, local,
                                               [weak = weak_from_this()](const wire::Endpoint& source, ByteView data) {
                                                 if (const auto self = weak.lock()) self->onDatagram(source, data);
                                               }));
    return m_socket->localEndpoint().port;
  }

  std::size_t flowCount() const noexcept { return m_flows.size(); }

 private:
  using Flow = std::unique_ptr<UdpFlow>;

  void onDatagram(const wire::Endpoint& source, ByteView data) {
    if (data.size() > netstack::kMaxUdpPayload) return noteTooLong(data.size());
    Flow* flow = m_flows.use(source);
    if (flow == nullptr) {
      if (m_flows.isFull()) return;
      auto opened = m_ports.dialUdp(m_remotePort, [weak = weak_from_this(), source](ByteView answer) {
        if (const auto self = weak.lock()) self->onAnswer(source, answer);
      });
      if (!opened) return log::debug("port forward: {}", opened.error().message());
      flow = &m_flows.add(source, *std::move(opened));
    }
    (*flow)->send(data);
  }

  void onAnswer(const wire::Endpoint& source, ByteView answer) {
    (void)m_flows.use(source);
    m_socket->send(source, answer);
  }

  // Once: programs that send such datagrams send many.
  void noteTooLong(std::size_t size) {
    if (std::exchange(m_hasNotedTooLong, true)) return;
    m_report(std::format("A datagram of {} bytes for UDP port {} was dropped: the tunnel carries {} at most", size,
                         m_remotePort, netstack::kMaxUdpPayload));
  }

  AgentPorts& m_ports;
  std::uint16_t m_remotePort;
  Report m_report;
  std::unique_ptr<link::UdpSocket> m_socket;
  IdleMap<wire::Endpoint, Flow> m_flows;
  bool m_hasNotedTooLong = false;
};

}  // namespace

std::string_view toString(Transport transport) noexcept { return transport == Transport::Tcp ? "tcp" : "udp"; }

class PortForwarder::Impl : public std::enable_shared_from_this<PortForwarder::Impl> {
 public:
  Impl(asio::any_io_executor executor, const Clock& clock, AgentPorts& ports, PortForwarderOptions options)
      : connections(executor),
        accepting(executor),
        m_executor(std::move(executor)),
        m_clock(clock),
        m_ports(ports),
        m_options(std::move(options)) {
    if (!m_options.report) m_options.report = [](const std::string& text) { log::info("{}", text); };
  }

  Result<std::uint16_t> open(const PortForward& forward) {
    if (forward.localAddress) return listen(forward, *forward.localAddress);
    TRY_ASSIGN(const std::uint16_t port, listen(forward, kLoopback4));
    PortForward same = forward;
    same.localPort = port;
    if (const auto second = listen(same, kLoopback6); !second)
      log::debug("port forward: not on [::1]: {}", second.error().message());
    return port;
  }

  void stopListening(const std::function<bool(Transport, std::uint16_t)>& isMeant) {
    std::erase_if(m_tcp, [&](const auto& listener) {
      const bool isGone = isMeant(Transport::Tcp, listener->port());
      if (isGone) listener->close();
      return isGone;
    });
    std::erase_if(m_udp, [&](const auto& item) { return isMeant(Transport::Udp, item.first.port); });
  }

  std::size_t flowCount() const noexcept {
    std::size_t count = 0;
    for (const auto& [local, port] : m_udp) count += port->flowCount();
    return count;
  }

  TaskGroup connections;
  TaskGroup accepting;

 private:
  Result<std::uint16_t> listen(const PortForward& forward, const Ipv6& address) {
    const wire::Endpoint local{address, forward.localPort};
    auto port = forward.transport == Transport::Tcp ? listenOnTcp(local, forward.remotePort)
                                                    : listenOnUdp(local, forward.remotePort);
    if (!port) return fail(listenError(forward.transport, local, port.error()));
    return port;
  }

  Result<std::uint16_t> listenOnTcp(const wire::Endpoint& local, std::uint16_t remotePort) {
    TRY_ASSIGN(std::shared_ptr<TcpListener> listener, listenTcp(m_executor, local.toString()));
    m_tcp.push_back(listener);
    accepting.spawn(accept(shared_from_this(), listener, remotePort));
    return listener->port();
  }

  Result<std::uint16_t> listenOnUdp(const wire::Endpoint& local, std::uint16_t remotePort) {
    const auto port = std::make_shared<UdpPort>(m_executor, m_clock, m_ports, remotePort, m_options);
    TRY_ASSIGN(const std::uint16_t number, port->open(m_executor, local));
    m_udp[{local.address, number}] = port;
    return number;
  }

  static Task<void> accept(std::shared_ptr<Impl> self, std::shared_ptr<TcpListener> listener,
                           std::uint16_t remotePort) {
    asio::steady_timer timer(self->m_executor);
    while (true) {
      auto stream = co_await listener->accept();
      if (stream) {
        self->connections.spawn(serve(self, *std::move(stream), remotePort));
      } else if (stream.error().code() == ErrorCode::LimitExceeded) {
        self->m_options.report(std::format("A connection waits: {}", stream.error().message()));
        timer.expires_after(kDescriptorPause);
        co_await timer.async_wait(asio::use_awaitable);
      } else {
        if (stream.error().code() != ErrorCode::Cancelled)
          self->m_options.report(
              std::format("Port {} is no longer forwarded: {}", listener->port(), stream.error().message()));
        co_return;
      }
    }
  }

  static Task<void> serve(std::shared_ptr<Impl> self, std::unique_ptr<Stream> local, std::uint16_t remotePort) {
    auto remote = co_await self->m_ports.dialTcp(remotePort);
    if (remote)
      co_await pipe(*local, **remote);
    else
      self->m_options.report(
          std::format("Failed to dial 'tcp://127.0.0.1:{}' in workspace: {}", remotePort, remote.error().message()));
  }

  asio::any_io_executor m_executor;
  const Clock& m_clock;
  AgentPorts& m_ports;
  PortForwarderOptions m_options;
  std::vector<std::shared_ptr<TcpListener>> m_tcp;
  std::map<wire::Endpoint, std::shared_ptr<UdpPort>> m_udp;
};

PortForwarder::PortForwarder(asio::any_io_executor executor, const Clock& clock, AgentPorts& ports,
                             PortForwarderOptions options)
    : m_impl(std::make_shared<Impl>(std::move(executor), clock, ports, std::move(options))) {}

PortForwarder::~PortForwarder() { stopListening(); }

Result<std::uint16_t> PortForwarder::open(const PortForward& forward) { return m_impl->open(forward); }

void PortForwarder::stopListening(Transport transport, std::uint16_t localPort) {
  m_impl->stopListening([=](Transport of, std::uint16_t port) { return of == transport && port == localPort; });
}

void PortForwarder::stopListening() {
  m_impl->stopListening([](Transport, std::uint16_t) { return true; });
}

Task<void> PortForwarder::close() {
  const auto impl = m_impl;
  impl->stopListening([](Transport, std::uint16_t) { return true; });
  impl->accepting.cancel();
  impl->connections.cancel();
  co_await impl->accepting.join();
  co_await impl->connections.join();
}

std::size_t PortForwarder::connectionCount() const noexcept { return m_impl->connections.size(); }
std::size_t PortForwarder::flowCount() const noexcept { return m_impl->flowCount(); }

}  // namespace berth::tunnel::dialer
