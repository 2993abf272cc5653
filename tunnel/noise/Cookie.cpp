#include "tunnel/noise/Cookie.h"

#include "tunnel/noise/Constants.h"

namespace berth::tunnel::noise {

namespace {

constexpr std::string_view kMac1Label = "mac1----";
constexpr std::string_view kCookieLabel = "cookie--";

template <typename Span>
struct MacFields {
  ByteView underMac1;
  ByteView underMac2;
  Span mac1;
  Span mac2;
};

// Only for messages whose size was checked.
template <typename Span>
MacFields<Span> macFields(Span message) {
  return {message.first(message.size() - 2 * kMacSize), message.first(message.size() - kMacSize),
          message.subspan(message.size() - 2 * kMacSize, kMacSize), message.last(kMacSize)};
}

}  // namespace

CookieChecker::CookieChecker(const wire::NodePublic& own)
    : m_mac1Key(hash(asBytes(kMac1Label), own.bytes())), m_cookieKey(hash(asBytes(kCookieLabel), own.bytes())) {}

bool CookieChecker::hasGoodMac1(ByteView message) const {
  const auto fields = macFields(message);
  return equalConstantTime(mac(m_mac1Key, fields.underMac1), fields.mac1);
}

bool CookieChecker::hasGoodMac2(ByteView message, ByteView source, TimePoint now) {
  if (!m_secretMadeAt || now - *m_secretMadeAt >= kCookieValidity) return false;
  const auto fields = macFields(message);
  const Mac cookie = mac(m_secret.bytes, source);
  return equalConstantTime(mac(cookie, fields.underMac2), fields.mac2);
}

CookieReply CookieChecker::reply(ByteView message, std::uint32_t receiver, ByteView source, TimePoint now, Rng& rng) {
  if (!m_secretMadeAt || now - *m_secretMadeAt >= kCookieValidity) {
    rng.fill(m_secret.bytes);
    m_secretMadeAt = now;
  }
  CookieReply out;
  out.receiver = receiver;
  rng.fill(out.nonce);
  xSeal(m_cookieKey, out.nonce, mac(m_secret.bytes, source), macFields(message).mac1, out.sealedCookie);
  return out;
}

CookieJar::CookieJar(const wire::NodePublic& peer)
    : m_mac1Key(hash(asBytes(kMac1Label), peer.bytes())), m_cookieKey(hash(asBytes(kCookieLabel), peer.bytes())) {}

void CookieJar::writeMacs(ByteSpan message, TimePoint now) {
  const auto fields = macFields(message);
  m_lastMac1 = mac(m_mac1Key, fields.underMac1);
  std::ranges::copy(*m_lastMac1, fields.mac1.begin());
  if (!m_cookie || now - m_cookie->takenAt >= kCookieValidity) return;
  std::ranges::copy(mac(m_cookie->value, fields.underMac2), fields.mac2.begin());
}

bool CookieJar::takeReply(const CookieReply& reply, TimePoint now) {
  Cookie cookie{{}, now};
  if (!m_lastMac1 || !xOpen(m_cookieKey, reply.nonce, reply.sealedCookie, *m_lastMac1, cookie.value)) return false;
  m_cookie = cookie;
  return true;
}

}  // namespace berth::tunnel::noise
