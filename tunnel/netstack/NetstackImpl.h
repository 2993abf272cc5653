// The inside of Netstack: the lwIP netif, and what decides about each packet and each new connection. Kept alive by
// the coroutines that it started.
#pragma once

#include <deque>
#include <map>

#include "core/base/Notifier.h"
#include "tunnel/netstack/Lwip.h"
#include "tunnel/netstack/Netstack.h"
#include "tunnel/netstack/TcpConnection.h"
#include "tunnel/netstack/Tsmp.h"

namespace berth::tunnel::netstack {

class Netstack::Impl : public std::enable_shared_from_this<Netstack::Impl> {
 public:
  Impl(asio::any_io_executor executor, const Clock& clock, Output output);
  ~Impl();
  void start();  // once, by Netstack

  void setAddresses(const std::vector<wire::Ipv6>& addresses);
  void receive(ByteView packet);
  void resume();
  void retransmitSoon();
  Task<Result<std::unique_ptr<Stream>>> connect(wire::Ipv6 destination, std::uint16_t port);
  Result<std::unique_ptr<StreamListener>> listen(std::uint16_t port, std::chrono::milliseconds keepalive);
  Task<Result<std::chrono::nanoseconds>> ping(wire::Ipv6 destination, std::chrono::milliseconds timeout);
  bool sendUdp(const Flow& flow, ByteView payload);
  void abortPeer(const wire::Ipv6& address);
  Task<void> flush(std::chrono::milliseconds timeout);
  void stop() noexcept;

  TcpForwarder tcpForwarder;
  UdpHandler udpHandler;
  Stack& stack() noexcept { return *m_stack; }

 private:
  class Listener;
  struct Callbacks;
  struct ListenerQueue {
    ListenerQueue(const asio::any_io_executor& executor, std::chrono::milliseconds idle)
        : arrived(executor), keepalive(idle) {}
    std::deque<std::unique_ptr<Stream>> waiting;
    Notifier arrived;
    std::chrono::milliseconds keepalive;
    bool isClosed = false;
  };
  // A connection that waits for its local end, and then for the end of the handshake.
  struct Forward {
    explicit Forward(const asio::any_io_executor& executor) : handshake(executor) {}
    asio::steady_timer handshake;
    std::unique_ptr<Stream> accepted;
  };

  void onTsmp(const wire::Ipv6Header& header, ByteView payload);
  void onTcp(const wire::Ipv6Header& header, ByteView packet);
  void onSyn(const Flow& flow, std::uint32_t sequence, ByteView packet);
  void onAccepted(tcp_pcb* pcb);
  void giveToLwip(ByteView packet);
  void refuse(const Flow& flow, std::uint32_t sequence);
  bool isOurs(const tcp_pcb& pcb) const noexcept { return pcb.netif_idx == netif_get_index(&m_netif); }
  bool isKnown(const Flow& flow) const;
  std::size_t connectionsOf(const wire::Ipv6& peer) const;
  std::size_t forwardsOf(const wire::Ipv6& peer) const;
  template <typename Predicate>
  void abortWhere(Predicate predicate);
  static Task<void> forward(std::shared_ptr<Impl> self, Flow flow, std::uint32_t sequence, Bytes syn);

  asio::any_io_executor m_executor;
  std::shared_ptr<Stack> m_stack;
  Output m_output;
  TsmpPinger m_pinger;
  netif m_netif{};
  tcp_pcb* m_acceptor = nullptr;  // listens on every port; who may connect is decided in onSyn()
  std::vector<wire::Ipv6> m_addresses;
  std::map<std::uint16_t, std::shared_ptr<ListenerQueue>> m_listeners;
  std::map<Flow, Forward> m_forwards;
  std::size_t m_turn = 0;
  bool m_isStopped = false;
};

}  // namespace berth::tunnel::netstack
