#include "tunnel/netstack/Netstack.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tunnel/netstack/NetstackImpl.h"
#include "tunnel/netstack/Udp.h"
#include "tunnel/wire/Reader.h"

namespace berth::tunnel::netstack {

namespace {

constexpr std::size_t kMaxForwardsInHandshake = 1024;  // reference/tailnet.md 3.3
constexpr std::size_t kMaxForwardsOfPeer = 512;        // of these
constexpr std::size_t kMaxBacklog = 256;               // connections that nobody accepted yet, per port
constexpr std::size_t kMaxConnectionsOfPeer = 2048;    // its SYNs beyond are not answered
constexpr std::chrono::seconds kHandshakeTimeout{20};
constexpr std::chrono::hours kDefaultKeepalive{2};
constexpr std::chrono::milliseconds kFlushInterval{5};
constexpr std::uint32_t kInteractiveQueue = 16U << 10;  // who has less to send goes first when there is room again
constexpr std::uint8_t kIcmpEchoRequest = 128;

Flow flowOf(const tcp_pcb& pcb) {
  return {fromLwip(pcb.remote_ip), pcb.remote_port, fromLwip(pcb.local_ip), pcb.local_port};
}

struct TcpHead {
  wire::Ports ports;
  std::uint32_t sequence = 0;
  std::uint8_t flags = 0;
};

std::optional<TcpHead> parseTcpHead(ByteView segment) {
  wire::Reader in(segment);
  TcpHead head;
  head.ports = {in.u16be(), in.u16be()};
  head.sequence = in.u32be();
  in.u32be();  // acknowledgement number
  in.u8();     // header length
  head.flags = in.u8();
  return in.isOk() ? std::optional(head) : std::nullopt;
}

}  // namespace

struct Netstack::Impl::Callbacks {
  static err_t initialise(netif* interface) {
    interface->mtu = wire::kInnerMtu;
    interface->output_ip6 = &send;
    return ERR_OK;
  }

  static err_t send(netif* interface, pbuf* packet, const ip6_addr_t*) {
    auto* self = static_cast<Impl*>(interface->state);
    if (self->m_isStopped) return ERR_IF;
    if (packet->next == nullptr)
      return self->m_output({static_cast<const std::byte*>(packet->payload), packet->len}) ? ERR_OK : ERR_MEM;
    std::array<std::byte, wire::kInnerMtu> flat;
    const auto size = pbuf_copy_partial(packet, flat.data(), static_cast<u16_t>(flat.size()), 0);
    return self->m_output(ByteView(flat).first(size)) ? ERR_OK : ERR_MEM;
  }

  static err_t accepted(void* arg, tcp_pcb* pcb, err_t error) {
    if (error != ERR_OK || pcb == nullptr) return ERR_VAL;
    auto* self = static_cast<Impl*>(arg);
    const Flow flow = flowOf(*pcb);
    if (!self->m_forwards.contains(flow) && !self->m_listeners.contains(flow.destinationPort)) {
      tcp_abort(pcb);  // the listener was closed during the handshake
      return ERR_ABRT;
    }
    self->onAccepted(pcb);
    return ERR_OK;
  }

  static err_t connected(void* arg, tcp_pcb*, err_t) {
    static_cast<TcpConnection*>(arg)->onEstablished();
    return ERR_OK;
  }
};

Netstack::Impl::Impl(asio::any_io_executor executor, const Clock& clock, Output output)
    : m_executor(std::move(executor)),
      m_stack(Stack::acquire(m_executor, clock)),
      m_output(std::move(output)),
      m_pinger(m_executor, clock, [this](ByteView packet) { m_output(packet); }) {}

void Netstack::Impl::start() {
  netif_add(&m_netif, this, &Callbacks::initialise, &ip6_input);
  netif_set_up(&m_netif);
  netif_set_link_up(&m_netif);
  tcp_pcb* const unbound = tcp_new();
  tcp_bind_netif(unbound, &m_netif);
  m_acceptor = tcp_listen(unbound);
  tcp_arg(m_acceptor, this);
  tcp_accept(m_acceptor, &Callbacks::accepted);
}

Netstack::Impl::~Impl() { stop(); }

void Netstack::Impl::setAddresses(const std::vector<wire::Ipv6>& addresses) {
  m_addresses = addresses;
  m_addresses.resize(std::min<std::size_t>(m_addresses.size(), LWIP_IPV6_NUM_ADDRESSES));
  for (s8_t i = 0; i < LWIP_IPV6_NUM_ADDRESSES; ++i) {
    const bool isUsed = static_cast<std::size_t>(i) < m_addresses.size();
    const ip6_addr_t address = toLwip(isUsed ? m_addresses[static_cast<std::size_t>(i)] : wire::Ipv6());
    netif_ip6_addr_set(&m_netif, i, &address);
    netif_ip6_addr_set_state(&m_netif, i, isUsed ? IP6_ADDR_PREFERRED : IP6_ADDR_INVALID);
  }
}

void Netstack::Impl::receive(ByteView packet) {
  if (m_isStopped) return;
  const auto header = wire::parseIpv6(packet);
  if (!header) return;
  packet = packet.first(header->packetSize());
  const ByteView payload = packet.subspan(wire::kIpv6HeaderSize);
  // TSMP comes before the address check, as with stock peers (reference/tailnet.md 2.9).
  if (header->is(wire::IpProtocol::Tsmp)) return onTsmp(*header, payload);
  if (!std::ranges::contains(m_addresses, header->destination)) return;
  if (header->is(wire::IpProtocol::Tcp)) return onTcp(*header, packet);
  if (header->is(wire::IpProtocol::Udp)) {
    if (const auto datagram = parseUdp(*header, payload); datagram && udpHandler)
      udpHandler(datagram->flow, datagram->payload);
  } else if (header->is(wire::IpProtocol::IcmpV6) && !payload.empty() && payload[0] == std::byte{kIcmpEchoRequest}) {
    giveToLwip(packet);
  }
}

void Netstack::Impl::onTsmp(const wire::Ipv6Header& header, ByteView payload) {
  const auto message = wire::parseTsmp(payload);
  if (!message) return;
  switch (message->kind) {
    case wire::TsmpMessage::Kind::Ping: m_output(wire::makeTsmpPong(header, message->data)); return;
    case wire::TsmpMessage::Kind::Pong: m_pinger.onPong(message->data); return;
  }
}

void Netstack::Impl::onTcp(const wire::Ipv6Header& header, ByteView packet) {
  const auto head = parseTcpHead(packet.subspan(wire::kIpv6HeaderSize));
  if (!head) return;
  if ((head->flags & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_SYN) return giveToLwip(packet);
  onSyn({header.source, head->ports.source, header.destination, head->ports.destination}, head->sequence, packet);
}

void Netstack::Impl::onSyn(const Flow& flow, std::uint32_t sequence, ByteView packet) {
  if (isKnown(flow)) return giveToLwip(packet);
  if (m_forwards.contains(flow)) return;  // the SYN again, while its local end is being opened
  if (connectionsOf(flow.source) >= kMaxConnectionsOfPeer) return;
  if (const auto found = m_listeners.find(flow.destinationPort); found != m_listeners.end()) {
    if (found->second->waiting.size() < kMaxBacklog) giveToLwip(packet);
    return;
  }
  if (!tcpForwarder) return refuse(flow, sequence);
  if (m_forwards.size() >= kMaxForwardsInHandshake || forwardsOf(flow.source) >= kMaxForwardsOfPeer) return;
  m_forwards.try_emplace(flow, m_executor);
  asio::co_spawn(m_executor, forward(shared_from_this(), flow, sequence, toBytes(packet)), asio::detached);
}

Task<void> Netstack::Impl::forward(std::shared_ptr<Impl> self, Flow flow, std::uint32_t sequence, Bytes syn) {
  auto local = co_await self->tcpForwarder(flow);
  if (self->m_isStopped) co_return;
  if (!local) {
    self->m_forwards.erase(flow);
    self->refuse(flow, sequence);
    co_return;
  }
  Forward& pending = self->m_forwards.at(flow);
  pending.handshake.expires_after(kHandshakeTimeout);
  self->giveToLwip(syn);
  boost::system::error_code ignored;
  co_await pending.handshake.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  auto remote = std::move(pending.accepted);
  self->m_forwards.erase(flow);
  if (remote) co_await pipe(*remote, **local);
}

bool Netstack::Impl::isKnown(const Flow& flow) const {
  for (const tcp_pcb* list : {tcp_active_pcbs, tcp_tw_pcbs})
    for (const tcp_pcb* pcb = list; pcb != nullptr; pcb = pcb->next)
      if (pcb->local_port == flow.destinationPort && pcb->remote_port == flow.sourcePort && isOurs(*pcb) &&
          flowOf(*pcb) == flow)
        return true;
  return false;
}

std::size_t Netstack::Impl::connectionsOf(const wire::Ipv6& peer) const {
  const ip6_addr_t remote = toLwip(peer);
  std::size_t count = 0;
  for (const tcp_pcb* pcb = tcp_active_pcbs; pcb != nullptr; pcb = pcb->next)
    if (isOurs(*pcb) && ip6_addr_zoneless_eq(&pcb->remote_ip, &remote)) ++count;
  return count;
}

std::size_t Netstack::Impl::forwardsOf(const wire::Ipv6& peer) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(m_forwards, [&peer](const auto& entry) { return entry.first.source == peer; }));
}

void Netstack::Impl::onAccepted(tcp_pcb* pcb) {
  const Flow flow = flowOf(*pcb);
  auto connection = std::make_shared<TcpConnection>(m_stack, m_executor, pcb);
  connection->onEstablished();
  if (const auto pending = m_forwards.find(flow); pending != m_forwards.end()) {
    connection->setKeepalive(kDefaultKeepalive);
    pending->second.accepted = makeTcpStream(std::move(connection), m_executor);
    pending->second.handshake.cancel();
    return;
  }
  ListenerQueue& listener = *m_listeners.at(flow.destinationPort);
  connection->setKeepalive(listener.keepalive);
  listener.waiting.push_back(makeTcpStream(std::move(connection), m_executor));
  listener.arrived.notify();
}

void Netstack::Impl::giveToLwip(ByteView packet) {
  const auto size = static_cast<u16_t>(packet.size());
  // One byte more than the packet: lwIP asks for an option's length also when its kind was the last byte of all.
  pbuf* const copy = pbuf_alloc(PBUF_RAW, static_cast<u16_t>(size + 1), PBUF_RAM);
  if (copy == nullptr) return;
  copy->len = copy->tot_len = size;
  std::memcpy(copy->payload, packet.data(), size);
  static_cast<std::byte*>(copy->payload)[size] = std::byte{0};
  m_stack->wake();
  m_netif.input(copy, &m_netif);  // takes the pbuf
}

// RFC 9293 3.10.7.1: <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>
void Netstack::Impl::refuse(const Flow& flow, std::uint32_t sequence) {
  const ip6_addr_t local = toLwip(flow.destination);
  const ip6_addr_t remote = toLwip(flow.source);
  tcp_rst_netif(&m_netif, 0, sequence + 1, &local, &remote, flow.destinationPort, flow.sourcePort);
}

void Netstack::Impl::resume() {
  if (m_isStopped) return;
  std::vector<tcp_pcb*> interactive;
  std::vector<tcp_pcb*> bulk;
  for (tcp_pcb* pcb = tcp_active_pcbs; pcb != nullptr; pcb = pcb->next) {
    if (!isOurs(*pcb) || (pcb->flags & (TF_NAGLEMEMERR | TF_ACK_NOW)) == 0) continue;
    (pcb->snd_lbb - pcb->snd_nxt < kInteractiveQueue ? interactive : bulk).push_back(pcb);
  }
  if (interactive.empty() && bulk.empty()) return;
  m_stack->wake();
  for (tcp_pcb* pcb : interactive) tcp_output(pcb);
  // Who goes first may fill all the room, so everybody gets to be first.
  ++m_turn;
  for (std::size_t i = 0; i < bulk.size(); ++i) tcp_output(bulk[(m_turn + i) % bulk.size()]);
}

void Netstack::Impl::retransmitSoon() {
  m_stack->wake();
  for (tcp_pcb* pcb = tcp_active_pcbs; pcb != nullptr; pcb = pcb->next) {
    if (!isOurs(*pcb) || pcb->unacked == nullptr) continue;
    pcb->nrtx = 0;
    pcb->rtime = pcb->rto;
  }
}

Task<Result<std::unique_ptr<Stream>>> Netstack::Impl::connect(wire::Ipv6 destination, std::uint16_t port) {
  const auto self = shared_from_this();
  const auto what = [&] { return std::format("connect to [{}]:{}", destination.toString(), port); };
  if (m_isStopped || m_addresses.empty()) co_return fail(ErrorCode::Unavailable, what() + ": tunnel is not running");
  m_stack->wake();
  tcp_pcb* const pcb = tcp_new();
  if (pcb == nullptr) co_return fail(ErrorCode::LimitExceeded, what() + ": out of memory");
  tcp_bind_netif(pcb, &m_netif);
  const ip6_addr_t local = toLwip(m_addresses.front());
  const ip6_addr_t remote = toLwip(destination);
  const auto connection = std::make_shared<TcpConnection>(m_stack, m_executor, pcb);
  if (tcp_bind(pcb, &local, 0) != ERR_OK || tcp_connect(pcb, &remote, port, &Callbacks::connected) != ERR_OK)
    co_return fail(ErrorCode::LimitExceeded, what() + ": no free port");
  auto stream = makeTcpStream(connection, m_executor);
  if (auto connected = co_await connection->waitUntilConnected(); !connected)
    co_return fail(connected.error().in(what()));
  connection->setKeepalive(kDefaultKeepalive);
  co_return stream;
}

class Netstack::Impl::Listener final : public StreamListener {
 public:
  Listener(std::shared_ptr<Impl> netstack, std::uint16_t port, std::shared_ptr<ListenerQueue> queue)
      : m_netstack(std::move(netstack)), m_port(port), m_queue(std::move(queue)) {}
  ~Listener() override { close(); }

  Task<Result<std::unique_ptr<Stream>>> accept() override {
    const auto queue = m_queue;
    while (queue->waiting.empty())
      if (queue->isClosed || !co_await queue->arrived.wait()) co_return fail(ErrorCode::Cancelled, "accept");
    auto stream = std::move(queue->waiting.front());
    queue->waiting.pop_front();
    co_return stream;
  }

  void close() noexcept override {
    if (m_queue->isClosed) return;
    m_queue->isClosed = true;
    m_queue->waiting.clear();
    m_queue->arrived.notify();
    m_netstack->m_listeners.erase(m_port);
  }

 private:
  std::shared_ptr<Impl> m_netstack;
  std::uint16_t m_port;
  std::shared_ptr<ListenerQueue> m_queue;
};

Result<std::unique_ptr<StreamListener>> Netstack::Impl::listen(std::uint16_t port,
                                                               std::chrono::milliseconds keepalive) {
  const auto [at, isNew] = m_listeners.try_emplace(port, std::make_shared<ListenerQueue>(m_executor, keepalive));
  if (!isNew) return fail(ErrorCode::AlreadyExists, std::format("tunnel port {} has a listener", port));
  return std::make_unique<Listener>(shared_from_this(), port, at->second);
}

Task<Result<std::chrono::nanoseconds>> Netstack::Impl::ping(wire::Ipv6 destination, std::chrono::milliseconds timeout) {
  const auto self = shared_from_this();
  if (m_isStopped || m_addresses.empty()) co_return fail(ErrorCode::Unavailable, "tunnel is not running");
  co_return co_await m_pinger.ping(m_addresses.front(), destination, timeout);
}

bool Netstack::Impl::sendUdp(const Flow& flow, ByteView payload) {
  if (m_isStopped || payload.size() > kMaxUdpPayload) return false;
  return m_output(makeUdpPacket(flow, payload));
}

template <typename Predicate>
void Netstack::Impl::abortWhere(Predicate predicate) {
  for (tcp_pcb** list : {&tcp_active_pcbs, &tcp_tw_pcbs}) {
    for (tcp_pcb* pcb = *list; pcb != nullptr;) {
      tcp_pcb* const next = pcb->next;
      if (isOurs(*pcb) && predicate(*pcb)) tcp_abort(pcb);  // its error callback changes no list
      pcb = next;
    }
  }
}

void Netstack::Impl::abortPeer(const wire::Ipv6& address) {
  const ip6_addr_t remote = toLwip(address);
  abortWhere([&](const tcp_pcb& pcb) { return ip6_addr_zoneless_eq(&pcb.remote_ip, &remote); });
}

Task<void> Netstack::Impl::flush(std::chrono::milliseconds timeout) {
  const auto self = shared_from_this();
  const TimePoint deadline = m_stack->now() + timeout;
  asio::steady_timer timer(m_executor);
  const auto hasUnsent = [this] {
    for (const tcp_pcb* pcb = tcp_active_pcbs; pcb != nullptr; pcb = pcb->next)
      if (isOurs(*pcb) && (pcb->unsent != nullptr || pcb->unacked != nullptr)) return true;
    return false;
  };
  while (!m_isStopped && hasUnsent() && m_stack->now() < deadline) {
    timer.expires_after(kFlushInterval);
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (ignored) break;
  }
}

void Netstack::Impl::stop() noexcept {
  if (m_isStopped) return;
  m_pinger.stop();
  for (const auto& [port, listener] : m_listeners) {
    listener->isClosed = true;
    listener->waiting.clear();
    listener->arrived.notify();
  }
  m_listeners.clear();
  abortWhere([](const tcp_pcb&) { return true; });
  m_isStopped = true;
  for (auto& [flow, pending] : m_forwards) pending.handshake.cancel();
  tcp_close(m_acceptor);
  netif_remove(&m_netif);
}

Netstack::Netstack(asio::any_io_executor executor, const Clock& clock, Output output)
    : m_impl(std::make_shared<Impl>(std::move(executor), clock, std::move(output))) {
  m_impl->start();
}
Netstack::~Netstack() { m_impl->stop(); }

void Netstack::setAddresses(const std::vector<wire::Ipv6>& addresses) { m_impl->setAddresses(addresses); }
void Netstack::receive(ByteView packet) { m_impl->receive(packet); }
void Netstack::resume() { m_impl->resume(); }
void Netstack::retransmitSoon() { m_impl->retransmitSoon(); }
Task<Result<std::unique_ptr<Stream>>> Netstack::connect(wire::Ipv6 destination, std::uint16_t port) {
  return m_impl->connect(destination, port);
}
Result<std::unique_ptr<StreamListener>> Netstack::listen(std::uint16_t port, std::chrono::milliseconds keepalive) {
  return m_impl->listen(port, keepalive);
}
void Netstack::setTcpForwarder(TcpForwarder forwarder) { m_impl->tcpForwarder = std::move(forwarder); }
void Netstack::setUdpHandler(UdpHandler handler) { m_impl->udpHandler = std::move(handler); }
bool Netstack::sendUdp(const Flow& flow, ByteView payload) { return m_impl->sendUdp(flow, payload); }
Task<Result<std::chrono::nanoseconds>> Netstack::ping(wire::Ipv6 destination, std::chrono::milliseconds timeout) {
  return m_impl->ping(destination, timeout);
}
void Netstack::abortPeer(const wire::Ipv6& address) { m_impl->abortPeer(address); }
Task<void> Netstack::flush(std::chrono::milliseconds timeout) { return m_impl->flush(timeout); }
void Netstack::stop() noexcept { m_impl->stop(); }
std::optional<TimePoint> Netstack::nextTimerAt() const { return m_impl->stack().nextTimerAt(); }
void Netstack::onTimer(TimePoint now) { m_impl->stack().onTimer(now); }

}  // namespace berth::tunnel::netstack
