#include "tunnel/node/Node.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <set>

#include "core/base/Log.h"
#include "tunnel/disco/Message.h"
#include "tunnel/node/HomeRegion.h"
#include "tunnel/node/Relays.h"
#include "tunnel/noise/Device.h"
#include "tunnel/path/PathSelector.h"
#include "tunnel/wire/Packet.h"
#include "tunnel/wire/Writer.h"

namespace berth::tunnel {

namespace {

constexpr std::size_t kDestinationAt = 24;  // in an IPv6 header
// A home whose relay does not answer is published all the same after this: direct paths may be found meanwhile.
constexpr std::chrono::seconds kMaxHomeDelay{3};

std::shared_ptr<const RelayEnvironment> makeEnvironment(const asio::any_io_executor& executor, const Clock& clock,
                                                        Rng& rng, const http::ClientOptions& http) {
  return std::make_shared<RelayEnvironment>(
      RelayEnvironment{executor, clock, rng, wire::NodePrivate::generate(rng), http});
}

}  // namespace

class Node::Impl final : public RelayUser, public DirectLinkUser, public std::enable_shared_from_this<Node::Impl> {
 public:
  Impl(const asio::any_io_executor& executor, const Clock& clock, Rng& rng, const NodeOptions& options)
      : addresses(options.addresses),
        environment(makeEnvironment(executor, clock, rng, options.http)),
        device(environment->key, rng, clock.wallNow(), clock.now()),
        paths(wire::DiscoPrivate::generate(rng), device.publicKey(), rng),
        netstack(executor, clock, [this](ByteView packet) { return sendPacket(packet); }),
        m_relays(environment, *this),
        m_clock(clock),
        m_udpPort(options.udpPort),
        m_isCalledByPeers(options.isCalledByPeers),
        m_homeTimer(executor),
        m_timer(executor) {
    netstack.setAddresses(addresses);
    setUsesDirectPaths(options.usesDirectPaths);
  }

  void setDerpMap(const wire::DerpMap& map, bool forcesWebSockets);
  bool isHomeConnected() const noexcept { return m_relays.isHomeUp(); }
  void setUsesDirectPaths(bool uses);
  void lookAnew();
  void putPeer(const PeerConfig& config);
  void removePeer(const wire::NodePublic& key);
  void setPeerKeepalive(const wire::NodePublic& key, std::chrono::seconds interval);
  std::optional<PeerStatus> findPeerStatus(const wire::NodePublic& key) const;
  std::vector<wire::NodePublic> activePeers() const;
  Task<Result<DiscoPing>> discoPing(wire::NodePublic key, std::chrono::milliseconds timeout);
  void stop() noexcept;

  void onRelayUp(int region) override;
  void onRelayPacket(int region, const wire::NodePublic& source, ByteSpan packet) override;
  void onRelayBatchEnd() override { flush(); }
  void onRelayRoom(int) override { netstack.resume(); }
  void onRelayGone(int region, const wire::NodePublic& peer) override { paths.onGone(peer, region); }
  void onRelayForcedWebSocket(int region, const std::string& reason) override;
  void onRelayLatency(int region, std::chrono::nanoseconds roundTrip) override;

  void onDirectPacket(const wire::Endpoint& source, ByteSpan datagram) override;
  void onDirectBatchEnd() override;
  void onDirectRoom() override { netstack.resume(); }
  void onOwnPlace(const OwnPlace& place) override;
  void onNetworkChange() override;

  // Constant after construction.
  const std::vector<Ipv6> addresses;
  const std::shared_ptr<const RelayEnvironment> environment;

  noise::Device device;
  TrafficMeter meter;
  path::PathSelector paths;
  netstack::Netstack netstack;
  SelfInfo selfInfo;
  std::function<void(const SelfInfo&)> onSelfChanged;

 private:
  struct DiscoWait {
    explicit DiscoWait(const asio::any_io_executor& executor) : timer(executor) {}
    asio::steady_timer timer;
    std::optional<DiscoPing> answer;
  };

  bool sendPacket(ByteView packet);
  void sendDatagram(const wire::NodePublic& peer, ByteView datagram, TimePoint now);
  void onDecapsulated(const noise::Outcome& outcome, const path::Route& route);
  void onDisco(ByteView packet, const disco::Via& via, TimePoint now);
  void tellRouteChangesLater();
  void onRouteChanged(const wire::NodePublic& peer);
  void flush();
  void armTimer(TimePoint at);
  void setHome(int region);
  void publishHome();
  void changeSelf(const std::function<void(SelfInfo&)>& change);
  static Task<void> chooseHomeByLatency(std::weak_ptr<Impl> weak, wire::DerpMap map);

  Relays m_relays;
  std::shared_ptr<DirectLink> m_direct;  // null while direct paths are off
  const Clock& m_clock;
  const std::uint16_t m_udpPort;
  const bool m_isCalledByPeers;
  asio::steady_timer m_homeTimer;
  asio::steady_timer m_timer;
  TimePoint m_timerAt = TimePoint::max();
  wire::DerpMap m_map;
  std::set<wire::NodePublic> m_peers;
  std::array<std::byte, noise::transportSize(wire::kInnerMtu)> m_buffer{};
  std::multimap<wire::NodePublic, std::weak_ptr<DiscoWait>> m_discoWaits;
  std::map<int, bool> m_wasUp;
  bool m_isTellingPosted = false;
  bool m_isStopped = false;
};

// ---- relays and home

void Node::Impl::setDerpMap(const wire::DerpMap& map, bool forcesWebSockets) {
  if (m_isStopped) return;
  m_map = map;
  m_relays.setMap(map, forcesWebSockets);
  if (m_direct) m_direct->setDerpMap(map);
  const auto candidates = candidateRegions(map);
  if (candidates.size() > 1) {
    asio::co_spawn(environment->executor, chooseHomeByLatency(weak_from_this(), map), asio::detached);
  } else if (!candidates.empty()) {
    setHome(candidates.front());
  }
}

Task<void> Node::Impl::chooseHomeByLatency(std::weak_ptr<Impl> weak, wire::DerpMap map) {
  const auto environment = weak.lock()->environment;
  const Latencies latencies = co_await measureLatencies(environment, map);
  const auto self = weak.lock();
  if (!self || self->m_isStopped || self->m_map != map) co_return;
  const auto home = chooseHome(map, latencies, self->m_relays.home());
  if (!home) co_return;
  self->changeSelf([&](SelfInfo& info) { info.latencies = latencies; });
  self->setHome(*home);
}

void Node::Impl::setHome(int region) {
  m_relays.setHome(region);
  if (!m_isCalledByPeers || m_relays.isHomeUp()) return publishHome();
  m_homeTimer.expires_after(kMaxHomeDelay);
  m_homeTimer.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (!error && self && !self->m_isStopped) self->publishHome();
  });
}

void Node::Impl::publishHome() {
  m_homeTimer.cancel();
  changeSelf([this](SelfInfo& info) { info.homeRegion = *m_relays.home(); });
}

void Node::Impl::changeSelf(const std::function<void(SelfInfo&)>& change) {
  SelfInfo changed = selfInfo;
  change(changed);
  if (changed == selfInfo) return;
  selfInfo = std::move(changed);
  if (onSelfChanged && selfInfo.homeRegion != 0) onSelfChanged(selfInfo);
}

void Node::Impl::onRelayUp(int region) {
  if (region == m_relays.home()) publishHome();
  const bool isBack = std::exchange(m_wasUp[region], true);
  if (isBack) {
    paths.onRelayBack(m_clock.now());
    flush();
    netstack.retransmitSoon();
  }
  netstack.resume();
}

void Node::Impl::onRelayForcedWebSocket(int region, const std::string& reason) {
  changeSelf([&](SelfInfo& info) { info.forcedWebSockets[region] = reason; });
}

void Node::Impl::onRelayLatency(int region, std::chrono::nanoseconds roundTrip) {
  changeSelf([&](SelfInfo& info) { info.latencies[region] = roundTrip; });
}

// ---- direct paths

void Node::Impl::setUsesDirectPaths(bool uses) {
  if (m_isStopped || uses == (m_direct != nullptr)) return;
  if (uses) {
    m_direct = std::make_shared<DirectLink>(environment->executor, m_clock, environment->rng, m_udpPort, *this);
    if (const auto started = m_direct->start(); !started) {
      log::warning("relays only: {}", started.error().message());
      m_direct.reset();
    } else if (!m_map.regions.empty()) {
      m_direct->setDerpMap(m_map);
    }
  } else {
    m_direct->stop();
    m_direct.reset();
  }
  paths.setDirect(m_direct != nullptr);
  if (m_direct == nullptr) changeSelf([](SelfInfo& info) { info.place = {}; });
  flush();
}

void Node::Impl::onOwnPlace(const OwnPlace& place) {
  paths.setOwnEndpoints(place.endpoints, m_clock.now());
  changeSelf([&](SelfInfo& info) { info.place = place; });
  flush();
}

void Node::Impl::lookAnew() {
  if (m_isStopped) return;
  if (m_direct)
    m_direct->onNetworkChange();
  else
    onNetworkChange();
}

void Node::Impl::onNetworkChange() {
  paths.onNetworkChange(m_clock.now());
  m_relays.check();
  flush();
  netstack.retransmitSoon();
}

// Not within a packet on its way down from the netstack, which is going to be called.
void Node::Impl::tellRouteChangesLater() {
  if (std::exchange(m_isTellingPosted, true)) return;
  asio::post(environment->executor, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self || self->m_isStopped) return;
    self->m_isTellingPosted = false;
    for (const wire::NodePublic& peer : self->paths.takeChanged()) self->onRouteChanged(peer);
  });
}

void Node::Impl::onRouteChanged(const wire::NodePublic& peer) {
  const auto route = paths.routeTo(peer, m_clock.now());
  if (!route) return;
  if (const auto* direct = std::get_if<path::DirectRoute>(&*route)) {
    log::info("direct path to {}: {}", peer.toString(), direct->endpoint.toString());
  } else {
    log::info("no direct path to {}; over relay {}", peer.toString(), std::get<path::RelayRoute>(*route).region);
    netstack.retransmitSoon();
  }
  netstack.resume();
}

// ---- peers

void Node::Impl::putPeer(const PeerConfig& config) {
  if (m_isStopped || device.putPeer(config.key, config.addresses) == nullptr) return;
  paths.putPeer(config.key, {config.disco, config.homeRegion, config.endpoints}, m_clock.now());
  m_peers.insert(config.key);
  flush();
}

void Node::Impl::removePeer(const wire::NodePublic& key) {
  const noise::Peer* const peer = device.findPeer(key);
  if (peer == nullptr) return;
  for (const Ipv6& address : std::vector(peer->allowedIps())) netstack.abortPeer(address);
  device.removePeer(key);
  m_peers.erase(key);
  paths.removePeer(key);
}

void Node::Impl::setPeerKeepalive(const wire::NodePublic& key, std::chrono::seconds interval) {
  noise::Peer* const peer = device.findPeer(key);
  if (peer == nullptr || m_isStopped) return;
  peer->setPersistentKeepalive(interval, m_clock.now());
  flush();
}

std::optional<PeerStatus> Node::Impl::findPeerStatus(const wire::NodePublic& key) const {
  const noise::Peer* const peer = device.findPeer(key);
  const auto relay = paths.relayTo(key);
  if (peer == nullptr || !relay) return std::nullopt;
  const TimePoint now = m_clock.now();
  PeerStatus status{.hasSession = peer->hasSession(now),
                    .region = *relay,
                    .lastHandshakeAt = peer->lastHandshakeAt(),
                    .receivedBytes = peer->statistics().receivedBytes,
                    .sentBytes = peer->statistics().sentBytes};
  if (const auto route = paths.routeTo(key, now))
    if (const auto* direct = std::get_if<path::DirectRoute>(&*route)) status.direct = direct->endpoint;
  return status;
}

std::vector<wire::NodePublic> Node::Impl::activePeers() const {
  std::vector<wire::NodePublic> active;
  for (const auto& key : m_peers)
    if (device.findPeer(key)->hasSession(m_clock.now())) active.push_back(key);
  return active;
}

// ---- packets

// From the netstack. A packet that leads nowhere is lost, as on any network; one that finds no room stays there.
bool Node::Impl::sendPacket(ByteView packet) {
  const auto destination = Ipv6::fromBytes(packet.subspan(kDestinationAt, sizeof(Ipv6::bytes)));
  noise::Peer* const peer = device.findPeer(*destination);
  if (peer == nullptr || packet.size() > wire::kInnerMtu) return true;
  const TimePoint now = m_clock.now();
  const auto choice = paths.choose(peer->publicKey(), now);
  RelayLink* relay = choice.relay ? m_relays.link(*choice.relay) : nullptr;
  // A relay that is away does not hold back what may well arrive directly.
  if (relay != nullptr && choice.direct && !relay->isUp()) relay = nullptr;
  if (relay == nullptr && !choice.direct) return true;
  if (relay != nullptr && !relay->hasRoom()) return false;
  const ByteSpan buffer =
      choice.direct ? m_direct->reserve(*choice.direct, noise::transportSize(packet.size())) : ByteSpan(m_buffer);
  if (buffer.empty()) return false;
  meter.onSent(packet);
  std::ranges::copy(packet, buffer.begin() + noise::kTransportHeaderSize);
  const auto outcome = device.encapsulate(*peer, buffer, packet.size(), now);
  if (const auto* send = std::get_if<noise::SendDatagram>(&outcome)) {
    if (relay != nullptr) relay->send(peer->publicKey(), send->datagram);
    if (choice.direct) m_direct->commit(send->datagram.size());
  }
  if (m_direct) m_direct->noteActivity(now);
  flush();
  return true;
}

// What WireGuard sends on its own.
void Node::Impl::sendDatagram(const wire::NodePublic& peer, ByteView datagram, TimePoint now) {
  const auto choice = paths.choose(peer, now);
  if (choice.direct) {
    const ByteSpan place = m_direct->reserve(*choice.direct, datagram.size());
    if (!place.empty()) {
      std::ranges::copy(datagram, place.begin());
      m_direct->commit(datagram.size());
    }
  }
  if (choice.relay)
    if (RelayLink* const link = m_relays.link(*choice.relay)) link->send(peer, datagram);
}

void Node::Impl::onRelayPacket(int region, const wire::NodePublic& source, ByteSpan packet) {
  const TimePoint now = m_clock.now();
  if (disco::looksLikeDisco(packet)) return onDisco(packet, disco::ViaRelay{region, source}, now);
  auto outcome = device.decapsulate(packet, source.bytes(), now);
  if (const auto* reply = std::get_if<noise::ReplyToSource>(&outcome)) {
    if (RelayLink* const link = m_relays.link(region)) link->send(source, reply->datagram);
    return;
  }
  onDecapsulated(outcome, path::RelayRoute{region});
}

void Node::Impl::onDirectPacket(const wire::Endpoint& source, ByteSpan datagram) {
  const TimePoint now = m_clock.now();
  if (disco::looksLikeDisco(datagram)) return onDisco(datagram, disco::ViaUdp{source}, now);
  if (!paths.isBound(source)) return;
  std::array<std::byte, sizeof(Ipv6::bytes) + sizeof(source.port)> sourceBytes;
  wire::Writer out(sourceBytes);
  out.bytes(source.address.bytes);
  out.u16be(source.port);
  auto outcome = device.decapsulate(datagram, sourceBytes, now);
  if (const auto* reply = std::get_if<noise::ReplyToSource>(&outcome))
    return m_direct->sendNow(source, reply->datagram);
  onDecapsulated(outcome, path::DirectRoute{source});
}

void Node::Impl::onDecapsulated(const noise::Outcome& outcome, const path::Route& route) {
  if (const auto* delivered = std::get_if<noise::DeliverPacket>(&outcome)) {
    paths.onHeard(delivered->peer->publicKey(), route);
    meter.onReceived(delivered->packet);
    netstack.receive(delivered->packet);
  } else if (const auto* refusal = std::get_if<noise::Refusal>(&outcome)) {
    log::debug("dropped a datagram: {}", noise::toString(*refusal));
  }
}

void Node::Impl::onDirectBatchEnd() {
  flush();
  if (m_direct) m_direct->flush();
}

void Node::Impl::onDisco(ByteView packet, const disco::Via& via, TimePoint now) {
  const auto pong = paths.onDisco(packet, via, now);
  if (!pong) return;
  const auto [first, last] = m_discoWaits.equal_range(pong->peer);
  for (auto at = first; at != last; ++at) {
    const auto wait = at->second.lock();
    if (!wait || wait->answer) continue;
    wait->answer = {pong->roundTrip, std::nullopt, paths.relayTo(pong->peer).value_or(0)};
    if (const auto* direct = std::get_if<path::DirectRoute>(&pong->route))
      wait->answer->direct = direct->endpoint;
    else
      wait->answer->region = std::get<path::RelayRoute>(pong->route).region;
    wait->timer.cancel();
  }
}

// What WireGuard and path discovery send on their own, and when they want to be called next.
void Node::Impl::flush() {
  if (m_isStopped) return;
  const TimePoint now = m_clock.now();
  while (const auto outgoing = device.nextDatagram()) sendDatagram(outgoing->peer, outgoing->datagram, now);
  while (const auto message = paths.nextMessage()) {
    if (const auto* direct = std::get_if<path::DirectRoute>(&message->route)) {
      if (m_direct) m_direct->sendNow(direct->endpoint, message->packet);
    } else if (RelayLink* const link = m_relays.link(std::get<path::RelayRoute>(message->route).region)) {
      link->send(message->peer, message->packet);
    }
  }
  if (m_direct && paths.wantsEndpoints()) m_direct->refresh();
  if (paths.hasChanged()) tellRouteChangesLater();
  if (const TimePoint at = std::min(device.nextTimerAt(), paths.nextTimerAt()); at < m_timerAt) armTimer(at);
}

void Node::Impl::armTimer(TimePoint at) {
  m_timerAt = at;
  const TimePoint now = m_clock.now();
  m_timer.expires_after(std::max(at, now) - now);  // `at` may be as early as TimePoint::min()
  m_timer.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (error || !self || self->m_isStopped) return;
    self->m_timerAt = TimePoint::max();
    const TimePoint firedAt = self->m_clock.now();
    if (self->device.nextTimerAt() <= firedAt) self->device.onTimer(firedAt);
    if (self->paths.nextTimerAt() <= firedAt) self->paths.onTimer(firedAt);
    self->flush();
  });
}

Task<Result<DiscoPing>> Node::Impl::discoPing(wire::NodePublic key, std::chrono::milliseconds timeout) {
  const auto self = shared_from_this();
  if (m_isStopped || !paths.probe(key, m_clock.now())) co_return fail(ErrorCode::NotFound, "no such peer");
  const auto wait = std::make_shared<DiscoWait>(environment->executor);
  const auto at = m_discoWaits.emplace(key, wait);
  flush();
  wait->timer.expires_after(timeout);
  boost::system::error_code error;
  co_await wait->timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  m_discoWaits.erase(at);
  if (wait->answer) co_return *wait->answer;
  if (error) co_return fail(ErrorCode::Cancelled, "ping");
  co_return fail(ErrorCode::Timeout, "no pong");
}

void Node::Impl::stop() noexcept {
  if (m_isStopped) return;
  netstack.stop();
  m_isStopped = true;
  m_timer.cancel();
  m_homeTimer.cancel();
  for (const auto& [key, weak] : m_discoWaits)
    if (const auto wait = weak.lock()) wait->timer.cancel();
  m_relays.stop();
  if (m_direct) m_direct->stop();
}

Node::Node(asio::any_io_executor executor, const Clock& clock, Rng& rng, NodeOptions options)
    : m_impl(std::make_shared<Impl>(executor, clock, rng, options)) {}
Node::~Node() { stop(); }

const wire::NodePublic& Node::key() const noexcept { return m_impl->device.publicKey(); }
const wire::DiscoPublic& Node::discoKey() const noexcept { return m_impl->paths.publicKey(); }
const std::vector<Ipv6>& Node::addresses() const noexcept { return m_impl->addresses; }
void Node::setOnSelfChanged(std::function<void(const SelfInfo&)> handler) {
  m_impl->onSelfChanged = std::move(handler);
}
const SelfInfo& Node::selfInfo() const noexcept { return m_impl->selfInfo; }
void Node::setDerpMap(const wire::DerpMap& map, bool forcesWebSockets) { m_impl->setDerpMap(map, forcesWebSockets); }
void Node::onNetworkChange() { m_impl->lookAnew(); }
void Node::setUsesDirectPaths(bool uses) { m_impl->setUsesDirectPaths(uses); }
bool Node::isHomeConnected() const noexcept { return m_impl->isHomeConnected(); }
void Node::putPeer(const PeerConfig& peer) { m_impl->putPeer(peer); }
void Node::removePeer(const wire::NodePublic& key) { m_impl->removePeer(key); }
void Node::setPeerKeepalive(const wire::NodePublic& key, std::chrono::seconds interval) {
  m_impl->setPeerKeepalive(key, interval);
}
std::optional<PeerStatus> Node::findPeerStatus(const wire::NodePublic& key) const {
  return m_impl->findPeerStatus(key);
}
std::vector<wire::NodePublic> Node::activePeers() const { return m_impl->activePeers(); }
Traffic Node::takeTraffic() { return m_impl->meter.take(); }
Task<Result<std::unique_ptr<Stream>>> Node::dial(Ipv6 address, std::uint16_t port) {
  return m_impl->netstack.connect(address, port);
}
Result<std::unique_ptr<StreamListener>> Node::listen(std::uint16_t port, std::chrono::milliseconds keepalive) {
  return m_impl->netstack.listen(port, keepalive);
}
void Node::setTcpForwarder(netstack::Netstack::TcpForwarder forwarder) {
  m_impl->netstack.setTcpForwarder(std::move(forwarder));
}
void Node::setUdpHandler(netstack::Netstack::UdpHandler handler) { m_impl->netstack.setUdpHandler(std::move(handler)); }
bool Node::sendUdp(const netstack::Flow& flow, ByteView payload) { return m_impl->netstack.sendUdp(flow, payload); }
Task<Result<std::chrono::nanoseconds>> Node::tsmpPing(Ipv6 address, std::chrono::milliseconds timeout) {
  return m_impl->netstack.ping(address, timeout);
}
Task<Result<DiscoPing>> Node::discoPing(wire::NodePublic key, std::chrono::milliseconds timeout) {
  return m_impl->discoPing(key, timeout);
}
Task<void> Node::shutDown(std::chrono::milliseconds timeout) {
  const auto impl = m_impl;
  co_await impl->netstack.flush(timeout);
  impl->stop();
}
void Node::stop() noexcept { m_impl->stop(); }

}  // namespace berth::tunnel
