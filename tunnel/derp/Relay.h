// The relay itself (reference/tailnet.md 5): forwards packets between the node keys that have logged in, and never sees
// what is in them. It serves connections that are already there, raw or WebSocket; the HTTP server hands them over.
//
// A reader that is slow loses its oldest packets and delays nobody. Several connections may have one key: the newest
// gets the traffic, or an older one once it sends again.
//
// All on one executor. stop() ends every serve() soon; the relay must outlive them.
#pragma once

#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "core/base/Clock.h"
#include "core/base/Random.h"
#include "core/base/Stream.h"
#include "core/http/Server.h"
#include "tunnel/derp/TokenBucket.h"
#include "tunnel/wire/Keys.h"

namespace berth::tunnel::derp {

class RelayConnection;

struct RelayLimits {
  std::chrono::milliseconds loginTimeout{10'000};
  std::chrono::milliseconds writeTimeout{10'000};  // one write of at most 128 KiB
  std::chrono::milliseconds keepAliveInterval{60'000};
  std::chrono::milliseconds keepAliveJitter{5'000};
  std::size_t maxConnections = 16'384;
  // Per connection, waiting to be written. More than one TCP window of the overlay, so that a single transfer does not
  // lose packets here.
  std::size_t maxQueuedFrames = 4096;
  std::size_t maxQueuedBytes = 6U << 20;
  std::size_t maxUrgentFrames = 512;  // disco and control, which overtake
  Rate clientRate;                    // bytes that one connection may send; told to clients; zero for no limit
};

class Relay {
 public:
  // `rng` and `clock` must outlive the relay.
  Relay(asio::any_io_executor executor, wire::RelayPrivate key, Rng& rng, const Clock& clock, RelayLimits limits = {});
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  const wire::RelayPublic& publicKey() const noexcept { return m_publicKey; }

  // One connection from ServerKey to its end.
  Task<void> serve(std::unique_ptr<Stream> stream);

  // Answers a request for /derp: "Upgrade: DERP" (with Derp-Fast-Start), a WebSocket with subprotocol "derp", or the
  // refusal that stock relays give.
  Task<void> serveUpgrade(http::Exchange& exchange);

  // Ends all connections and refuses new ones. May be called twice.
  void stop() noexcept;

  std::size_t connectionCount() const noexcept { return m_connections.size(); }

 private:
  friend class RelayConnection;

  // All connections of one key; the last gets the traffic.
  struct Client {
    std::vector<RelayConnection*> connections;
    std::unordered_set<wire::NodePublic> sentTo;  // who hears when this key leaves
  };

  void add(RelayConnection& connection);
  void remove(RelayConnection& connection);
  // False if nobody has the key.
  bool forward(RelayConnection& from, const wire::NodePublic& to, ByteView packet);

  asio::any_io_executor m_executor;
  wire::RelayPrivate m_key;
  wire::RelayPublic m_publicKey;
  Rng& m_rng;
  const Clock& m_clock;
  RelayLimits m_limits;
  bool m_isStopped = false;
  std::unordered_set<RelayConnection*> m_connections;  // logged in or not
  std::unordered_map<wire::NodePublic, Client> m_clients;
};

}  // namespace berth::tunnel::derp
