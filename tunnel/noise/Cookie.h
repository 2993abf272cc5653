// mac1, mac2 and the cookie that proves a source under load (whitepaper 5.4.4, 5.4.7; reference/tailnet.md 2.6).
//
// Both macs are the last 32 bytes of initiation and response: mac1 over all before it, mac2 over all before it.
#pragma once

#include <optional>

#include "core/base/Clock.h"
#include "core/base/Random.h"
#include "tunnel/noise/Messages.h"
#include "tunnel/wire/Keys.h"

namespace berth::tunnel::noise {

// The receiving side: checks messages that come in, and makes cookie replies. `source` is any stable form of the
// sender's address; only this side reads it again.
class CookieChecker {
 public:
  explicit CookieChecker(const wire::NodePublic& own);

  bool hasGoodMac1(ByteView message) const;
  bool hasGoodMac2(ByteView message, ByteView source, TimePoint now);
  CookieReply reply(ByteView message, std::uint32_t receiver, ByteView source, TimePoint now, Rng& rng);

 private:
  Hash m_mac1Key;
  Hash m_cookieKey;
  SecretHash m_secret;
  std::optional<TimePoint> m_secretMadeAt;
};

// The sending side, one per peer: writes the macs of messages that go out, and takes that peer's cookie replies.
class CookieJar {
 public:
  explicit CookieJar(const wire::NodePublic& peer);

  void writeMacs(ByteSpan message, TimePoint now);
  // False if the reply does not belong to the last message.
  bool takeReply(const CookieReply& reply, TimePoint now);

 private:
  struct Cookie {
    Mac value{};
    TimePoint takenAt;
  };
  Hash m_mac1Key;
  Hash m_cookieKey;
  std::optional<Mac> m_lastMac1;
  std::optional<Cookie> m_cookie;
};

}  // namespace berth::tunnel::noise
