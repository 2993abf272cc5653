// Asks STUN servers under which addresses they see our socket (reference/tailnet.md 6.6, 6.7). Sans-I/O: take what
// next() wants sent, pass on what comes, call again at nextTimerAt().
#pragma once

#include <optional>
#include <vector>

#include "core/base/Clock.h"
#include "core/base/Random.h"
#include "tunnel/stun/Message.h"

namespace berth::tunnel::stun {

// Own choices; the time limit is netcheck's.
inline constexpr std::size_t kMaxServers = 8;
inline constexpr std::array<std::chrono::milliseconds, 4> kSendAfter{
    std::chrono::milliseconds(0), std::chrono::milliseconds(200), std::chrono::milliseconds(600),
    std::chrono::milliseconds(1400)};
inline constexpr std::chrono::milliseconds kProbeTimeout{3000};

struct Request {
  wire::Endpoint server;
  Bytes packet;
};

class Probe {
 public:
  // Servers beyond kMaxServers and repeated ones are left out.
  Probe(std::vector<wire::Endpoint> servers, Rng& rng, TimePoint now);

  std::optional<Request> next(TimePoint now);
  // True when it answers a request of this probe that had no answer yet.
  bool onPacket(ByteView packet, TimePoint now);

  bool isFinished(TimePoint now) const;  // everybody has answered, or the time is over
  TimePoint nextTimerAt() const;

  // As the servers saw us, each once: public addresses first, as only those lead through a NAT.
  std::vector<wire::Endpoint> mapped() const;
  // Whether a NAT gives each destination another mapping, so that what a STUN server saw is of no use to a peer. Of
  // IPv4; nothing with fewer than two answers from beyond a NAT.
  std::optional<bool> mappingVaries() const;

 private:
  struct Asked {
    wire::Endpoint server;
    TransactionId id{};
    std::size_t sent = 0;  // how often
    std::optional<wire::Endpoint> mapped;
  };

  TimePoint m_beganAt;
  std::vector<Asked> m_asked;
};

}  // namespace berth::tunnel::stun
