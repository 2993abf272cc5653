#include "tunnel/link/NetworkMonitor.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "tunnel/link/Interfaces.h"

namespace berth::tunnel::link {

namespace {

constexpr std::chrono::milliseconds kSettleTime{150};
constexpr std::size_t kEventBuffer = 16U << 10;
constexpr unsigned kGroups =
    RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;

enum class News { None, Addresses, DefaultRoute };

News newsIn(const nlmsghdr& message) {
  switch (message.nlmsg_type) {
    case RTM_NEWLINK:
    case RTM_DELLINK:
    case RTM_NEWADDR:
    case RTM_DELADDR: return News::Addresses;
    case RTM_NEWROUTE:
    case RTM_DELROUTE: {
      if (message.nlmsg_len < NLMSG_LENGTH(sizeof(rtmsg))) return News::None;
      const auto& route = *static_cast<const rtmsg*>(NLMSG_DATA(&message));
      return route.rtm_dst_len == 0 && route.rtm_type == RTN_UNICAST ? News::DefaultRoute : News::None;
    }
    default: return News::None;
  }
}

}  // namespace

class NetworkMonitor::Impl : public std::enable_shared_from_this<NetworkMonitor::Impl> {
 public:
  Impl(const asio::any_io_executor& executor, int socket, std::function<void()> onChange)
      : m_socket(executor, socket),
        m_settle(executor),
        m_onChange(std::move(onChange)),
        m_addresses(localAddresses()) {}

  void waitForEvents() {
    m_socket.async_wait(asio::posix::stream_descriptor::wait_read,
                        [self = shared_from_this()](const boost::system::error_code& error) {
                          if (error || !self->m_onChange) return;
                          self->readEvents();
                          self->waitForEvents();
                        });
  }
  void stop() noexcept {
    m_onChange = nullptr;
    boost::system::error_code ignored;
    m_socket.close(ignored);
    m_settle.cancel();
  }

 private:
  void readEvents() {
    bool hasNews = false;
    while (true) {
      const ssize_t size = ::recv(m_socket.native_handle(), m_buffer.data(), m_buffer.size(), MSG_DONTWAIT);
      if (size < 0 && errno == ENOBUFS) {  // more events than the kernel could keep
        hasNews = m_hasNewRoute = true;
        continue;
      }
      if (size <= 0) break;
      auto left = static_cast<unsigned>(size);
      for (auto* message = reinterpret_cast<nlmsghdr*>(m_buffer.data()); NLMSG_OK(message, left);
           message = NLMSG_NEXT(message, left)) {
        const News news = newsIn(*message);
        hasNews |= news != News::None;
        m_hasNewRoute |= news == News::DefaultRoute;
      }
    }
    if (hasNews) settle();
  }

  // Not put off by further events: those bring their own look.
  void settle() {
    if (std::exchange(m_isSettling, true)) return;
    m_settle.expires_after(kSettleTime);
    m_settle.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      self->m_isSettling = false;
      if (error || !self->m_onChange) return;
      const bool hasNewRoute = std::exchange(self->m_hasNewRoute, false);
      auto addresses = localAddresses();
      const bool hasNewAddresses = addresses != self->m_addresses;
      self->m_addresses = std::move(addresses);
      if (const auto onChange = self->m_onChange; hasNewRoute || hasNewAddresses) onChange();
    });
  }

  asio::posix::stream_descriptor m_socket;
  asio::steady_timer m_settle;
  std::function<void()> m_onChange;
  std::vector<Ipv6> m_addresses;
  bool m_hasNewRoute = false;
  bool m_isSettling = false;
  alignas(nlmsghdr) std::array<std::byte, kEventBuffer> m_buffer{};
};

Result<std::unique_ptr<NetworkMonitor>> NetworkMonitor::start(const asio::any_io_executor& executor,
                                                              std::function<void()> onChange) {
  const int socket = ::socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (socket < 0) return fail(ErrorCode::Unavailable, errnoError(errno, "open netlink socket").message());
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = kGroups;
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    const Error error = errnoError(errno, "listen to netlink");
    ::close(socket);
    return fail(ErrorCode::Unavailable, error.message());
  }
  auto impl = std::make_shared<Impl>(executor, socket, std::move(onChange));
  impl->waitForEvents();
  return std::unique_ptr<NetworkMonitor>(new NetworkMonitor(std::move(impl)));
}

NetworkMonitor::~NetworkMonitor() { m_impl->stop(); }

}  // namespace berth::tunnel::link
