// The relay connections of a node (reference/tailnet.md 5.4): the home region's always, others while they are used.
#pragma once

#include "tunnel/node/RelayLink.h"

namespace berth::tunnel {

class Relays {
 public:
  Relays(std::shared_ptr<const RelayEnvironment> environment, RelayUser& user);
  ~Relays() { stop(); }
  Relays(const Relays&) = delete;
  Relays& operator=(const Relays&) = delete;

  // Regions that are gone or changed lose their connection; the home gets one.
  void setMap(const wire::DerpMap& map, bool forcesWebSockets);
  void setHome(int region);
  std::optional<int> home() const noexcept { return m_home; }

  // The connection to a region, begun if need be; null for a region without a relay.
  RelayLink* link(int region);
  bool isHomeUp() const noexcept;
  // The network has changed.
  void check();

  void stop() noexcept;

 private:
  void watchIdle();
  void drop(int region);

  std::shared_ptr<const RelayEnvironment> m_environment;
  RelayUser& m_user;
  wire::DerpMap m_map;
  bool m_forcesWebSockets = false;
  bool m_isStopped = false;
  std::optional<int> m_home;
  std::map<int, std::shared_ptr<RelayLink>> m_links;
  asio::steady_timer m_idleTimer;
  bool m_isWatchingIdle = false;
  std::shared_ptr<char> m_alive = std::make_shared<char>();
};

}  // namespace berth::tunnel
