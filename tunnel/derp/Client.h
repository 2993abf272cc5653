// Our connection to one DERP relay (reference/tailnet.md 5.3, 5.4), over any Stream. The caller reads events in a loop,
// many for each wait:
//
//   while (true) {
//     CO_TRY(co_await client->wait());
//     while (auto event = client->next()) ...;
//   }
//
// Sending never waits: frames are collected and written many at a time; when the relay does not take them fast enough
// the oldest are dropped, as on any other network. When to reconnect is the owner's decision. All on the stream's
// executor.
#pragma once

#include <functional>
#include <memory>
#include <variant>

#include "core/base/Clock.h"
#include "core/base/Random.h"
#include "core/base/Stream.h"
#include "tunnel/derp/Frame.h"

namespace berth::tunnel::derp {

struct ReceivedPacket {
  wire::NodePublic source;
  ByteSpan packet;  // until the next wait(); may be decrypted in place
};
// The peer left the relay, or (NotHere) never was there: forget that it could be reached over it.
struct PeerGone {
  wire::NodePublic peer;
  GoneReason reason = GoneReason::Disconnected;
};
struct PongReceived {
  PingData data{};
};
struct Health {
  std::string problem;  // empty: healthy again
};
struct Restarting {
  std::chrono::milliseconds reconnectAfter{};
  std::chrono::milliseconds tryFor{};
};
using Event = std::variant<ReceivedPacket, PeerGone, PongReceived, Health, Restarting>;

struct ClientLimits {
  std::chrono::milliseconds loginTimeout{10'000};
  std::chrono::milliseconds readTimeout{120'000};  // without any frame (reference/tailnet.md 5.4)
  std::chrono::milliseconds writeTimeout{20'000};  // one write of at most 128 KiB
  std::size_t maxQueuedFrames = 8192;
  std::size_t maxQueuedBytes = 8U << 20;
};

class Client {
 public:
  // Logs in on a fresh connection to a relay (see Dial.h). `rng` and `clock` must outlive the client.
  static Task<Result<std::unique_ptr<Client>>> login(std::unique_ptr<Stream> stream, const wire::NodePrivate& key,
                                                     Rng& rng, const Clock& clock, ClientLimits limits = {});
  ~Client();  // close()
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  const wire::RelayPublic& relayKey() const noexcept;

  // LimitExceeded for a packet over kMaxPacket.
  Result<void> send(const wire::NodePublic& to, ByteView packet);
  void notePreferred(bool isHome);
  void ping(const PingData& data);

  // Calls `handler` after writes that leave at most `bytes` queued: the sender may go on. Not from within send().
  void setOnRoom(std::size_t bytes, std::function<void()> handler);

  // How much send() has left to be written; grows when the relay is slower than we are.
  std::size_t queuedBytes() const noexcept;

  // Until next() has something. Timeout after a time without a frame, or when a write does not end, else how the
  // connection ended; Cancelled after close(). One caller at a time.
  Task<Result<void>> wait();

  // What came, in order; nothing when all has been taken. Pings are answered, keepalives swallowed.
  std::optional<Event> next();

  void close() noexcept;

 private:
  struct State;
  explicit Client(std::shared_ptr<State> state) : m_state(std::move(state)) {}
  static Task<void> writeQueued(std::shared_ptr<State> state);
  static Task<void> watchSilence(std::shared_ptr<State> state);
  std::optional<Event> eventOf(const Frame& frame);
  void queue(FrameType type, ByteView head, ByteView body = {});

  std::shared_ptr<State> m_state;
};

}  // namespace berth::tunnel::derp
