// Tells when the machine's network has changed: its addresses, or the way to the rest of the world. From netlink's
// address, link and route events (rtnetlink(7)), gathered until they have been quiet for a moment.
#pragma once

#include <functional>
#include <memory>

#include "core/base/Error.h"
#include "core/base/Task.h"

namespace berth::tunnel::link {

class NetworkMonitor {
 public:
  // Unavailable where there is no netlink.
  static Result<std::unique_ptr<NetworkMonitor>> start(const asio::any_io_executor& executor,
                                                       std::function<void()> onChange);
  ~NetworkMonitor();  // no call follows
  NetworkMonitor(const NetworkMonitor&) = delete;
  NetworkMonitor& operator=(const NetworkMonitor&) = delete;

 private:
  class Impl;
  explicit NetworkMonitor(std::shared_ptr<Impl> impl) : m_impl(std::move(impl)) {}
  std::shared_ptr<Impl> m_impl;
};

}  // namespace berth::tunnel::link
