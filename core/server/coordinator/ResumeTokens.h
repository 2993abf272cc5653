// Tokens with which a client comes back as the peer it was (reference/tailnet.md 4.11). Opaque to clients: ours are
//
//   hex(16 bytes peer id, 8 bytes expiry in Unix seconds, big endian) "." hex(32 bytes HMAC-SHA-512-256)
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/base/Clock.h"
#include "core/base/Error.h"
#include "core/base/Ids.h"
#include "core/base/Secret.h"

namespace berth::server {

inline constexpr std::chrono::seconds kResumeTokenLifetime{std::chrono::hours(24)};
inline constexpr std::chrono::seconds kResumeTokenRefresh{kResumeTokenLifetime / 2};

class ResumeTokens {
 public:
  // Any length of key; tokens are good as long as the key is kept.
  explicit ResumeTokens(const Secret& key);

  std::string issue(const PeerId& peer, WallTime now) const;
  // Unauthenticated for anything that is not a token of ours, and after its expiry.
  Result<PeerId> verify(std::string_view token, WallTime now) const;

 private:
  Secret m_key;  // hashed to the size that the MAC takes
};

}  // namespace berth::server
