#include "tunnel/netstack/Tsmp.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace berth::tunnel::netstack {

namespace {

constexpr std::chrono::milliseconds kFirstInterval{50};
constexpr std::chrono::milliseconds kMaxInterval{30'000};
constexpr std::chrono::milliseconds kPingLife{10'000};

}  // namespace

struct TsmpPinger::Wait {
  explicit Wait(const asio::any_io_executor& executor) : timer(executor) {}

  struct Ping {
    wire::TsmpData data;
    TimePoint sentAt;
  };
  asio::steady_timer timer;
  std::vector<Ping> pings;
  std::optional<TimePoint::duration> roundTrip;
};

Task<Result<std::chrono::nanoseconds>> TsmpPinger::ping(wire::Ipv6 source, wire::Ipv6 destination,
                                                        std::chrono::milliseconds timeout) {
  const auto wait = std::make_shared<Wait>(m_executor);
  const TimePoint deadline = m_clock.now() + timeout;
  Result<std::chrono::nanoseconds> result = fail(ErrorCode::Timeout, "no TSMP pong from " + destination.toString());
  for (auto interval = kFirstInterval; !m_isStopped; interval = std::min(2 * interval, kMaxInterval)) {
    const TimePoint now = m_clock.now();
    if (now >= deadline) break;
    Wait::Ping ping{{}, now};
    fillRandom(ping.data);
    m_waits.emplace(ping.data, wait);
    wait->pings.push_back(ping);
    m_send(wire::makeTsmpPacket({wire::TsmpMessage::Kind::Ping, ping.data}, source, destination));

    boost::system::error_code error;
    wait->timer.expires_after(std::min<TimePoint::duration>(interval, deadline - now));
    if (!wait->roundTrip) co_await wait->timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    // Also without an error: a pong that comes when the timer has just expired finds nothing to cancel.
    if (wait->roundTrip) {
      result = std::chrono::nanoseconds(*wait->roundTrip);
      break;
    }
    if (error) {
      result = fail(ErrorCode::Cancelled, "TSMP ping");
      break;
    }
    std::erase_if(wait->pings, [&](const Wait::Ping& old) {
      const bool isOver = m_clock.now() - old.sentAt > kPingLife;
      if (isOver) m_waits.erase(old.data);
      return isOver;
    });
  }
  for (const auto& ping : wait->pings) m_waits.erase(ping.data);
  co_return result;
}

void TsmpPinger::onPong(const wire::TsmpData& data) {
  const auto found = m_waits.find(data);
  if (found == m_waits.end()) return;
  const auto wait = found->second.lock();
  if (!wait || wait->roundTrip) return;
  const auto ping = std::ranges::find(wait->pings, data, &Wait::Ping::data);
  wait->roundTrip = m_clock.now() - ping->sentAt;
  wait->timer.cancel();
}

void TsmpPinger::stop() noexcept {
  m_isStopped = true;
  for (auto& [data, weak] : m_waits)
    if (const auto wait = weak.lock()) wait->timer.cancel();
}

}  // namespace berth::tunnel::netstack
