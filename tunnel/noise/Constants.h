// Timers and limits of WireGuard (whitepaper 6.1; reference/tailnet.md 2.5).
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>

namespace berth::tunnel::noise {

// The specification's.
inline constexpr std::uint64_t kRekeyAfterMessages = std::uint64_t{1} << 60;
inline constexpr std::uint64_t kRejectAfterMessages = std::numeric_limits<std::uint64_t>::max() - (1U << 13);
inline constexpr std::chrono::seconds kRekeyAfterTime{120};
inline constexpr std::chrono::seconds kRejectAfterTime{180};
inline constexpr std::chrono::seconds kRekeyTimeout{5};
inline constexpr std::chrono::seconds kKeepaliveTimeout{10};
inline constexpr std::chrono::seconds kCookieValidity{120};

// What the common implementations do, to the same effect as the specification.
inline constexpr std::chrono::milliseconds kMaxRekeyJitter{333};
inline constexpr int kMaxTimerHandshakes = 18;  // 20 initiations in all, about 100 s
inline constexpr std::chrono::seconds kRekeyOnReceiveAfter = kRejectAfterTime - kKeepaliveTimeout - kRekeyTimeout;
inline constexpr std::chrono::seconds kNewHandshakeAfter = kKeepaliveTimeout + kRekeyTimeout;
inline constexpr std::chrono::seconds kZeroKeysAfter = 3 * kRejectAfterTime;
inline constexpr std::chrono::milliseconds kMinInitiationSpacing{20};  // per peer, accepted ones

// Our own choices.
inline constexpr std::size_t kMaxStagedPackets = 256;      // per peer, while its handshake runs; the oldest goes first
inline constexpr std::size_t kMaxPendingDatagrams = 1024;  // per device, not yet taken by the caller
inline constexpr int kInitiationsPerSecondBeforeLoad = 100;  // at 0.15 ms each: 1.5 % of a core
inline constexpr std::chrono::seconds kUnderLoadFor{1};      // after the last second that was over the limit
inline constexpr int kSourceInitiationsPerSecond = 20;       // under load, per source with a good cookie
inline constexpr int kSourceBurst = 5;
inline constexpr std::size_t kMaxLimitedSources = 4096;

}  // namespace berth::tunnel::noise
