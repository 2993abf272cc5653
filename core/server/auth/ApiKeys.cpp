#include "core/server/auth/ApiKeys.h"

#include <sodium.h>

#include "core/base/Random.h"

namespace berth::server {

NewApiKey makeApiKey(UserId user, LoginType loginType, std::chrono::seconds lifetime, WallTime now,
                     std::string_view ipAddress) {
  NewApiKey key;
  const Secret secret(randomAlphanumeric(kApiKeySecretLength));
  key.record.id = randomAlphanumeric(kApiKeyIdLength);
  key.record.hashedSecret = hashApiKeySecret(secret.reveal());
  key.record.userId = user;
  key.record.loginType = loginType;
  key.record.createdAt = now;
  key.record.updatedAt = now;
  key.record.expiresAt = now + lifetime;
  key.record.lifetimeSeconds = lifetime.count();
  key.record.ipAddress = ipAddress;
  key.record.scopes = {"coder:all"};
  key.record.allowList = {"*:*"};
  // What stock shows for a key that was never used is the epoch, not the year one.
  key.record.lastUsed = loginType == LoginType::Token ? WallTime() : now;
  key.token = Secret(std::format("{}-{}", key.record.id, secret.reveal()));
  return key;
}

std::expected<ApiKeyParts, std::string> splitApiKey(std::string_view token) {
  const auto dash = token.find('-');
  if (dash == std::string_view::npos || token.find('-', dash + 1) != std::string_view::npos)
    return std::unexpected("incorrect amount of API key parts, expected 2");
  const ApiKeyParts parts{.id = token.substr(0, dash), .secret = token.substr(dash + 1)};
  if (parts.id.size() != kApiKeyIdLength)
    return std::unexpected(std::format("invalid API key ID length {}, expected {}", parts.id.size(), kApiKeyIdLength));
  if (parts.secret.size() != kApiKeySecretLength)
    return std::unexpected(
        std::format("invalid API key secret length {}, expected {}", parts.secret.size(), kApiKeySecretLength));
  return parts;
}

Bytes hashApiKeySecret(std::string_view secret) {
  Bytes hash(crypto_hash_sha256_BYTES);
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.data()),
                     reinterpret_cast<const unsigned char*>(secret.data()), secret.size());
  return hash;
}

}  // namespace berth::server
