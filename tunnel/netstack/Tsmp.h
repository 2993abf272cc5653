// Waiting for a peer with TSMP pings (reference/tailnet.md 2.9): pings at growing intervals, several under way at a
// time; the first pong ends the wait.
#pragma once

#include <functional>
#include <map>

#include "core/base/Clock.h"
#include "core/base/Notifier.h"
#include "core/base/Random.h"
#include "tunnel/wire/Packet.h"

namespace berth::tunnel::netstack {

class TsmpPinger {
 public:
  using Send = std::function<void(ByteView packet)>;

  TsmpPinger(asio::any_io_executor executor, const Clock& clock, Send send)
      : m_executor(std::move(executor)), m_clock(clock), m_send(std::move(send)) {}

  Task<Result<std::chrono::nanoseconds>> ping(wire::Ipv6 source, wire::Ipv6 destination,
                                              std::chrono::milliseconds timeout);
  void onPong(const wire::TsmpData& data);
  void stop() noexcept;

 private:
  struct Wait;

  asio::any_io_executor m_executor;
  const Clock& m_clock;
  Send m_send;
  std::map<wire::TsmpData, std::weak_ptr<Wait>> m_waits;
  bool m_isStopped = false;
};

}  // namespace berth::tunnel::netstack
