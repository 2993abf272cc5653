// The direct path to one peer (reference/tailnet.md 6.2 to 6.4): its candidate addresses, which of them is best, and
// how far that one is trusted. A state machine without I/O, clock or cryptography: it says which addresses to ping and
// when to call the peer, and is told what came back. Owned by PathSelector.
//
// While the best address is trusted, packets go there alone. While it is in doubt they go there and over the relay, so
// that nothing is lost whichever works. Without one they go over the relay, and candidates are tried as long as
// packets flow.
//
// The timers are the reference's but for two things: an unanswered ping raises doubt after a second rather than when
// trust runs out (6.5 s), and an address in doubt gives way to any that answers.
#pragma once

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/Clock.h"
#include "tunnel/wire/Address.h"

namespace berth::tunnel::path {

// reference/tailnet.md 6.3
inline constexpr std::chrono::seconds kPingSpacing{5};    // of discovery pings to one candidate
inline constexpr std::chrono::seconds kHeartbeat{3};      // to the best address, while active
inline constexpr std::chrono::seconds kActive{45};        // since the last packet that was sent
inline constexpr std::chrono::milliseconds kTrust{6500};  // since the last pong
inline constexpr std::chrono::seconds kUpgradeInterval{60};
inline constexpr std::chrono::milliseconds kGoodEnough{5};  // nothing better is looked for
inline constexpr std::size_t kMaxCandidates = 100;

// Own choices
inline constexpr std::chrono::seconds kDoubtAfter{1};      // without an answer, or four round trips if that is longer
inline constexpr std::chrono::seconds kSilence{1};         // packets sent, none heard: time for a ping
inline constexpr std::chrono::seconds kDoubtedSpacing{1};  // of pings to an address in doubt
inline constexpr std::chrono::seconds kForgetAfter{15};    // without an answer
inline constexpr int kMaxEchoes = 3;                       // pings in return for pings, within kPingSpacing
inline constexpr std::chrono::seconds kCallSpacing{1};     // of calls that make us ping everything anew

struct MeasuredAddress {
  wire::Endpoint endpoint;
  std::chrono::nanoseconds latency{};
};
// Whether to change from `b` to `a`: by latency, with a bonus for loopback, private networks and IPv6, and not for a
// trifle (reference/tailnet.md 6.4).
bool isBetter(const MeasuredAddress& a, const MeasuredAddress& b);

class PeerPath {
 public:
  // What the coordinator says now; what it said before is forgotten.
  void setEndpoints(const std::vector<wire::Endpoint>& endpoints);
  void onCallMeMaybe(const std::vector<wire::Endpoint>& endpoints, TimePoint now);
  void onPing(const wire::Endpoint& source, TimePoint now);
  void onPong(const wire::Endpoint& pinged, std::chrono::nanoseconds roundTrip, TimePoint now);
  // An authentic packet came over UDP.
  void onHeard() noexcept { m_silentSince.reset(); }
  // What was found out may no longer hold.
  void onNetworkChange(TimePoint now);

  struct Choice {
    std::optional<wire::Endpoint> direct;
    bool usesRelay = true;  // besides, if there is a direct address
  };
  // A packet is about to be sent. Called for each.
  Choice choose(TimePoint now);
  // Pings at once: the trusted address, or all there are.
  void probe(TimePoint now);

  void onTimer(TimePoint now);
  TimePoint nextTimerAt() const noexcept;  // max() while nobody talks

  // The address that packets go to alone; nothing while there is doubt.
  std::optional<wire::Endpoint> trusted(TimePoint now) const;

  // Packets flow, and no direct path is trusted.
  bool isSearching(TimePoint now) const { return isActive(now) && !isTrusted(now); }

  // What is to be done after any of the calls above; also when only nextTimerAt() has moved.
  struct Work {
    std::vector<wire::Endpoint> pings;
    bool callsPeer = false;  // with a call-me-maybe
  };
  bool hasWork() const noexcept { return m_hasWork; }
  Work takeWork() noexcept {
    m_hasWork = false;
    return std::exchange(m_work, {});
  }

 private:
  struct Candidate {
    wire::Endpoint endpoint;
    bool isFromCoordinator = false;
    bool isFromCall = false;
    std::optional<TimePoint> pingedUsAt;
    std::optional<TimePoint> pingedAt;  // by us
    int echoes = 0;
  };
  struct Best {
    MeasuredAddress address;
    TimePoint trustedUntil;
  };
  enum class Calls { Peer, Nobody };

  Candidate* find(const wire::Endpoint& endpoint);
  Candidate* add(const wire::Endpoint& endpoint);
  void dropOrphans();
  void ping(Candidate& candidate, TimePoint now);
  void pingBest(TimePoint now);
  void startRound(Calls calls, TimePoint now);
  void heartbeat(TimePoint now);
  void noteActivity(TimePoint now);
  bool isActive(TimePoint now) const { return m_lastSendAt && now - *m_lastSendAt <= kActive; }
  bool isTrusted(TimePoint now) const;
  bool isInDoubt(TimePoint now) const;
  void distrust(TimePoint now);
  std::chrono::nanoseconds patience() const;

  std::vector<Candidate> m_candidates;
  std::optional<Best> m_best;
  std::optional<TimePoint> m_lastSendAt;
  std::optional<TimePoint> m_heartbeatAt;      // while active
  std::optional<TimePoint> m_unansweredSince;  // the first ping to the best address after its last pong
  std::optional<TimePoint> m_bestPingedAt;
  std::optional<TimePoint> m_silentSince;  // the first packet to the best address after the last from it
  std::optional<TimePoint> m_calledAt;
  TimePoint m_lastRoundAt{};
  TimePoint m_roundDueAt = TimePoint::max();  // no candidate may be pinged before

  Work m_work;
  bool m_hasWork = false;
};

}  // namespace berth::tunnel::path
