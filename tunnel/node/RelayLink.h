// The connection to one relay region, kept up: dials, logs in, reconnects with back-off, falls back to WebSocket where
// the raw upgrade is refused (reference/tailnet.md 5.1). Packets are handed on in batches, without a coroutine hop
// each.
//
// While the connection is away a few packets wait for it (handshakes); data is held back by hasRoom().
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <deque>

#include "core/base/Clock.h"
#include "core/base/Random.h"
#include "core/http/Client.h"
#include "tunnel/derp/Client.h"
#include "tunnel/wire/DerpMap.h"

namespace berth::tunnel {

// What all links of a node share. `clock` and `rng` outlive the node.
struct RelayEnvironment {
  asio::any_io_executor executor;
  const Clock& clock;
  Rng& rng;
  wire::NodePrivate key;
  http::ClientOptions http;
};

// Who uses a link. Calls come on the node's executor, never from within a call to the link.
class RelayUser {
 public:
  virtual ~RelayUser() = default;
  virtual void onRelayUp(int region) = 0;
  virtual void onRelayPacket(int region, const wire::NodePublic& source, ByteSpan packet) = 0;
  virtual void onRelayBatchEnd() = 0;  // after the packets of one read
  virtual void onRelayRoom(int region) = 0;
  virtual void onRelayGone(int region, const wire::NodePublic& peer) = 0;
  virtual void onRelayForcedWebSocket(int region, const std::string& reason) = 0;
  virtual void onRelayLatency(int region, std::chrono::nanoseconds roundTrip) = 0;
};

class RelayLink : public std::enable_shared_from_this<RelayLink> {
 public:
  RelayLink(std::shared_ptr<const RelayEnvironment> environment, RelayUser& user, wire::DerpRegion region,
            bool forcesWebSocket);

  void start();
  // No call to the user follows. May be called twice.
  void stop() noexcept;

  // The network has changed: a connection that does not answer at once is begun anew, a pause before the next attempt
  // ends.
  void check();

  void setHome(bool isHome);
  bool isUp() const noexcept { return m_client != nullptr; }
  bool hasRoom() const noexcept;
  void send(const wire::NodePublic& to, ByteView packet);

  const wire::DerpRegion& region() const noexcept { return m_region; }
  TimePoint lastUsedAt() const noexcept { return m_lastUsedAt; }

 private:
  static Task<void> keepUp(std::shared_ptr<RelayLink> self);
  Task<Result<std::unique_ptr<derp::Client>>> connect();
  Task<Error> readUntilEnd();
  void onUp(std::unique_ptr<derp::Client> client);
  void measure();
  void dispatch(const derp::Event& event);
  void onHealth(std::string_view problem);

  std::shared_ptr<const RelayEnvironment> m_environment;
  RelayUser* m_user;  // null once stopped
  wire::DerpRegion m_region;
  bool m_usesWebSocket;
  bool m_isHome = false;
  std::unique_ptr<derp::Client> m_client;  // while up
  std::deque<std::pair<wire::NodePublic, Bytes>> m_waiting;
  asio::steady_timer m_retry;
  asio::steady_timer m_checkTimer;
  TimePoint m_lastUsedAt;
  std::optional<TimePoint> m_pingSentAt;
  std::optional<TimePoint> m_complainedAt;
  std::chrono::nanoseconds m_roundTrip{};  // as last measured
};

}  // namespace berth::tunnel
