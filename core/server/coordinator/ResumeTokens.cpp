#include "core/server/coordinator/ResumeTokens.h"

#include <sodium.h>

#include <array>
#include <optional>

#include "core/base/Bytes.h"

namespace berth::server {

namespace {

constexpr std::size_t kClaimsSize = Uuid::kSize + 8;

const unsigned char* raw(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string macOf(std::string_view claims, const Secret& key) {
  std::array<unsigned char, crypto_auth_BYTES> mac;
  crypto_auth(mac.data(), raw(claims), claims.size(), raw(key.reveal()));
  return {mac.begin(), mac.end()};
}

std::string claimsOf(const PeerId& peer, std::int64_t expiry) {
  std::string claims(asText(peer.value.bytes()));
  for (int shift = 56; shift >= 0; shift -= 8) claims.push_back(static_cast<char>(expiry >> shift & 0xff));
  return claims;
}

}  // namespace

ResumeTokens::ResumeTokens(const Secret& key) {
  std::string hashed(crypto_auth_KEYBYTES, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(hashed.data()), hashed.size(), raw(key.reveal()),
                     key.reveal().size(), nullptr, 0);
  m_key = Secret(std::move(hashed));
}

std::string ResumeTokens::issue(const PeerId& peer, WallTime now) const {
  const auto expiresAt = std::chrono::floor<std::chrono::seconds>(now) + kResumeTokenLifetime;
  const auto claims = claimsOf(peer, expiresAt.time_since_epoch().count());
  return toHex(asBytes(claims)) + "." + toHex(asBytes(macOf(claims, m_key)));
}

Result<PeerId> ResumeTokens::verify(std::string_view token, WallTime now) const {
  const auto dot = token.find('.');
  const auto claims = parseHex(token.substr(0, dot));
  const auto mac = dot == std::string_view::npos ? std::nullopt : parseHex(token.substr(dot + 1));
  if (!claims || !mac || claims->size() != kClaimsSize)
    return fail(ErrorCode::Unauthenticated, "the resume token is malformed");
  if (!equalConstantTime(*mac, asBytes(macOf(asText(*claims), m_key))))
    return fail(ErrorCode::Unauthenticated, "the resume token is signed with another key");
  std::int64_t expiry = 0;
  for (const std::byte byte : ByteView(*claims).subspan(Uuid::kSize)) expiry = expiry << 8 | std::to_integer<int>(byte);
  if (now >= WallTime(std::chrono::seconds(expiry)))
    return fail(ErrorCode::Unauthenticated, "the resume token has expired");
  return PeerId{*Uuid::fromBytes(ByteView(*claims).first(Uuid::kSize))};
}

}  // namespace berth::server
