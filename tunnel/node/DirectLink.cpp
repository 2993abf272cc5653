#include "tunnel/node/DirectLink.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <cstring>

#include "core/base/Log.h"
#include "tunnel/link/Interfaces.h"
#include "tunnel/link/Resolve.h"
#include "tunnel/path/PeerPath.h"

namespace berth::tunnel {

namespace {

using link::BatchSocket;

// reference/tailnet.md 6.3
constexpr std::chrono::seconds kMinRefresh{20};
constexpr std::chrono::seconds kRefreshSpread{6};
constexpr std::chrono::seconds kRememberMapped{310};

constexpr int kDefaultStunPort = 3478;
constexpr int kNoStun = -1;
constexpr std::size_t kMaxMapped = 8;

struct StunHost {
  std::string host;
  std::uint16_t port;
};

// The addresses of a node stand for its name where the map has them; "none" switches a family off.
std::vector<StunHost> stunHostsOf(const wire::DerpNode& node) {
  if (node.stunPort == kNoStun || node.stunPort < 0 || node.stunPort > 0xffff) return {};
  const auto port = static_cast<std::uint16_t>(node.stunPort == 0 ? kDefaultStunPort : node.stunPort);
  if (!node.stunTestIp.empty()) return {{node.stunTestIp, port}};
  std::vector<StunHost> hosts;
  for (const std::string* address : {&node.ipv4, &node.ipv6})
    if (!address->empty() && *address != "none") hosts.push_back({*address, port});
  if (hosts.empty() && !node.hostName.empty()) hosts.push_back({node.hostName, port});
  return hosts;
}

std::vector<StunHost> stunHostsOf(const wire::DerpMap& map) {
  std::vector<StunHost> hosts;
  for (const auto& [id, region] : map.regions)
    for (const auto& node : region.nodes) {
      if (hosts.size() >= stun::kMaxServers) return hosts;
      std::ranges::move(stunHostsOf(node), std::back_inserter(hosts));
    }
  return hosts;
}

}  // namespace

DirectLink::DirectLink(asio::any_io_executor executor, const Clock& clock, Rng& rng, std::uint16_t port,
                       DirectLinkUser& user)
    : m_executor(std::move(executor)),
      m_clock(clock),
      m_rng(rng),
      m_port(port),
      m_user(&user),
      m_batchBytes(std::make_unique_for_overwrite<std::byte[]>(BatchSocket::kMaxBatchBytes)),
      m_probeTimer(m_executor),
      m_refreshTimer(m_executor) {}

Result<void> DirectLink::start() {
  openSockets();
  if (!m_v4 && !m_v6) return fail(ErrorCode::Unavailable, "no UDP socket can be opened on this machine");
  auto monitor = link::NetworkMonitor::start(m_executor, [this] { onNetworkChange(); });
  if (monitor)
    m_monitor = *std::move(monitor);
  else
    log::debug("network changes go unnoticed: {}", monitor.error().message());
  return {};
}

// The same port for both, so that a firewall's rule fits both; a family may be missing.
void DirectLink::openSockets() {
  const auto open = [this](link::Family family, std::uint16_t port) -> std::unique_ptr<BatchSocket> {
    auto opened = BatchSocket::open(m_executor, family, port, *this);
    if (opened) return *std::move(opened);
    log::debug("{}", opened.error().message());
    return nullptr;
  };
  if (!m_v4) m_v4 = open(link::Family::V4, m_port != 0 || !m_v6 ? m_port : m_v6->port());
  if (!m_v6) m_v6 = open(link::Family::V6, m_port != 0 || !m_v4 ? m_port : m_v4->port());
}

void DirectLink::stop() noexcept {
  m_user = nullptr;
  m_monitor.reset();
  m_v4.reset();
  m_v6.reset();
  m_probeTimer.cancel();
  m_refreshTimer.cancel();
}

link::BatchSocket* DirectLink::socketFor(const wire::Endpoint& to) const noexcept {
  return (link::familyOf(to) == link::Family::V4 ? m_v4 : m_v6).get();
}

// ---- sending

ByteSpan DirectLink::reserve(const wire::Endpoint& to, std::size_t size) {
  const bool fits = m_batch.count == 0 || (m_batch.to == to && size <= m_batch.segmentSize && !m_batch.isClosed &&
                                           m_batch.count < BatchSocket::kMaxBatchSegments &&
                                           m_batch.used + size <= BatchSocket::kMaxBatchBytes);
  if (!fits) flush();
  if (m_isFull || size > BatchSocket::kMaxBatchBytes) return {};
  if (m_batch.count == 0) m_batch.to = to;
  return {m_batchBytes.get() + m_batch.used, size};
}

void DirectLink::commit(std::size_t size) {
  if (m_batch.count == 0) m_batch.segmentSize = size;
  m_batch.isClosed = size < m_batch.segmentSize;
  m_batch.used += size;
  ++m_batch.count;
  if (std::exchange(m_isFlushPosted, true)) return;
  asio::post(m_executor, [self = shared_from_this()] {
    self->m_isFlushPosted = false;
    self->flush();
  });
}

void DirectLink::flush() {
  if (m_isFull || m_batch.count == 0) return;
  BatchSocket* const socket = socketFor(m_batch.to);
  const ByteView datagrams(m_batchBytes.get(), m_batch.used);
  const std::size_t taken = socket == nullptr ? m_batch.used : socket->send(m_batch.to, datagrams, m_batch.segmentSize);
  if (taken == m_batch.used) {
    m_batch = {};
    return;
  }
  m_isFull = true;
  m_batch.used -= taken;
  m_batch.count -= taken / m_batch.segmentSize;
  std::memmove(m_batchBytes.get(), m_batchBytes.get() + taken, m_batch.used);
}

void DirectLink::sendNow(const wire::Endpoint& to, ByteView datagram) {
  if (BatchSocket* const socket = socketFor(to)) socket->send(to, datagram, datagram.size());
}

void DirectLink::onRoom() {
  m_isFull = false;
  flush();
  if (!m_isFull && m_user != nullptr) m_user->onDirectRoom();
}

// ---- receiving

void DirectLink::onDatagram(const wire::Endpoint& source, ByteSpan datagram) {
  if (!stun::looksLikeStun(datagram)) return m_user->onDirectPacket(source, datagram);
  if (m_probe && m_probe->onPacket(datagram, m_clock.now())) continueProbe();
}

void DirectLink::onDatagramsEnd() { m_user->onDirectBatchEnd(); }

// ---- our own endpoints

void DirectLink::setDerpMap(const wire::DerpMap& map) {
  if (m_user == nullptr) return;
  m_map = map;
  asio::post(m_executor, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self && self->m_user != nullptr) self->tellPlace();
  });
  asio::co_spawn(m_executor, resolveServers(weak_from_this(), map), asio::detached);
}

Task<void> DirectLink::resolveServers(std::weak_ptr<DirectLink> weak, wire::DerpMap map) {
  std::vector<wire::Endpoint> servers;
  for (const StunHost& each : stunHostsOf(map))
    if (const auto found = co_await link::resolve(each.host, each.port))
      servers.insert(servers.end(), found->begin(), found->end());
  const auto self = weak.lock();
  if (!self || self->m_user == nullptr || self->m_map != map) co_return;
  std::erase_if(servers, [&self](const wire::Endpoint& server) { return self->socketFor(server) == nullptr; });
  self->m_servers = std::move(servers);
  self->startProbe();
}

void DirectLink::refresh() {
  asio::post(m_executor, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self || self->m_user == nullptr) return;
    self->tellPlace();
    if (!self->m_probe) self->startProbe();
  });
}

void DirectLink::startProbe() {
  m_probe.emplace(m_servers, m_rng, m_clock.now());
  continueProbe();
}

void DirectLink::continueProbe() {
  const TimePoint now = m_clock.now();
  for (const wire::Endpoint& endpoint : m_probe->mapped()) {
    const auto known = std::ranges::find(m_mapped, endpoint, &Mapped::endpoint);
    if (known != m_mapped.end())
      known->seenAt = now;
    else
      m_mapped.insert(m_mapped.begin(), {endpoint, now});
    m_answersStun = true;
  }
  if (const auto varies = m_probe->mappingVaries()) m_mappingVaries = varies;
  if (m_probe->isFinished(now)) {
    if (m_probe->mapped().empty()) m_answersStun = false;
    m_probe.reset();
    tellPlace();
    return refreshLater();
  }
  while (const auto request = m_probe->next(now)) sendNow(request->server, request->packet);
  if (!m_probe->mapped().empty()) tellPlace();
  m_probeTimer.expires_after(std::max(m_probe->nextTimerAt(), now) - now);
  m_probeTimer.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (!error && self && self->m_user != nullptr && self->m_probe) self->continueProbe();
  });
}

void DirectLink::tellPlace() {
  const TimePoint now = m_clock.now();
  std::erase_if(m_mapped, [now](const Mapped& each) { return now - each.seenAt >= kRememberMapped; });
  if (m_mapped.size() > kMaxMapped) m_mapped.resize(kMaxMapped);
  OwnPlace place{.answersStun = m_answersStun, .mappingVaries = m_mappingVaries, .hasIpv6 = m_v6 != nullptr};
  const auto add = [&place](const wire::Endpoint& endpoint) {
    if (!std::ranges::contains(place.endpoints, endpoint)) place.endpoints.push_back(endpoint);
  };
  for (const Mapped& each : m_mapped) add(each.endpoint);
  // A port that the user chose may be forwarded to us whatever the NAT does with others.
  if (m_mappingVaries == true && m_port != 0)
    for (const Mapped& each : m_mapped)
      if (wire::isV4Mapped(each.endpoint.address)) add({each.endpoint.address, m_port});
  for (const Ipv6& address : link::localAddresses())
    if (const BatchSocket* const socket = socketFor({address, 0})) add({address, socket->port()});
  m_user->onOwnPlace(place);
}

void DirectLink::onNetworkChange() {
  if (m_user == nullptr) return;
  log::info("the network has changed");
  openSockets();
  m_mapped.clear();
  m_mappingVaries.reset();
  m_user->onNetworkChange();
  // Names may stand for other addresses in another network.
  setDerpMap(m_map);
}

void DirectLink::noteActivity(TimePoint now) {
  m_lastActiveAt = now;
  if (!m_isRefreshPlanned && !m_probe) refreshLater();
}

void DirectLink::refreshLater() {
  m_isRefreshPlanned = true;
  std::array<std::byte, 2> random;
  m_rng.fill(random);
  const auto spread = std::to_integer<int>(random[0]) << 8 | std::to_integer<int>(random[1]);
  m_refreshTimer.expires_after(kMinRefresh + std::chrono::milliseconds(kRefreshSpread) * spread / 0xffff);
  m_refreshTimer.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (error || !self || self->m_user == nullptr) return;
    self->m_isRefreshPlanned = false;
    if (self->m_lastActiveAt && self->m_clock.now() - *self->m_lastActiveAt < path::kActive) self->refresh();
  });
}

}  // namespace berth::tunnel
