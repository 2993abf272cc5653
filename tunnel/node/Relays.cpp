#include "tunnel/node/Relays.h"

namespace berth::tunnel {

namespace {

constexpr std::chrono::seconds kIdleCheck{15};
constexpr std::chrono::seconds kMaxIdle{60};

}  // namespace

Relays::Relays(std::shared_ptr<const RelayEnvironment> environment, RelayUser& user)
    : m_environment(std::move(environment)), m_user(user), m_idleTimer(m_environment->executor) {}

void Relays::setMap(const wire::DerpMap& map, bool forcesWebSockets) {
  std::vector<int> stale;
  for (const auto& [id, link] : m_links) {
    const wire::DerpRegion* const region = map.findRegion(id);
    if (region == nullptr || *region != link->region() || forcesWebSockets != m_forcesWebSockets) stale.push_back(id);
  }
  m_map = map;
  m_forcesWebSockets = forcesWebSockets;
  for (const int region : stale) drop(region);
  if (m_home) link(*m_home);
}

void Relays::setHome(int region) {
  if (m_home == region) return;
  if (m_home)
    if (const auto old = m_links.find(*m_home); old != m_links.end()) old->second->setHome(false);
  m_home = region;
  if (RelayLink* const home = link(region)) home->setHome(true);
  watchIdle();
}

RelayLink* Relays::link(int region) {
  if (const auto found = m_links.find(region); found != m_links.end()) return found->second.get();
  const wire::DerpRegion* const known = m_map.findRegion(region);
  if (m_isStopped || known == nullptr || known->relayNode() == nullptr) return nullptr;
  auto made = std::make_shared<RelayLink>(m_environment, m_user, *known, m_forcesWebSockets);
  made->setHome(m_home == region);
  made->start();
  m_links.emplace(region, made);
  watchIdle();
  return made.get();
}

bool Relays::isHomeUp() const noexcept {
  const auto home = m_home ? m_links.find(*m_home) : m_links.end();
  return home != m_links.end() && home->second->isUp();
}

void Relays::check() {
  for (const auto& [id, link] : m_links) link->check();
}

// Runs only while there is a connection besides the home's.
void Relays::watchIdle() {
  const bool hasOthers = std::ranges::any_of(m_links, [this](const auto& entry) { return entry.first != m_home; });
  if (!hasOthers || m_isWatchingIdle || m_isStopped) return;
  m_isWatchingIdle = true;
  m_idleTimer.expires_after(kIdleCheck);
  m_idleTimer.async_wait([this, alive = std::weak_ptr(m_alive)](const boost::system::error_code& error) {
    if (error || alive.expired()) return;
    m_isWatchingIdle = false;
    std::vector<int> idle;
    for (const auto& [id, link] : m_links)
      if (id != m_home && m_environment->clock.now() - link->lastUsedAt() > kMaxIdle) idle.push_back(id);
    for (const int region : idle) drop(region);
    watchIdle();
  });
}

void Relays::drop(int region) {
  const auto found = m_links.find(region);
  if (found == m_links.end()) return;
  found->second->stop();
  m_links.erase(found);
}

void Relays::stop() noexcept {
  m_isStopped = true;
  m_idleTimer.cancel();
  for (const auto& [id, link] : m_links) link->stop();
  m_links.clear();
}

}  // namespace berth::tunnel
