// API keys: "<id>-<secret>", of which the store keeps the id and the SHA-256 of the secret
// (reference/rest-api.md 1.3).
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "core/base/Secret.h"
#include "core/store/Records.h"

namespace berth::server {

inline constexpr std::size_t kApiKeyIdLength = 10;
inline constexpr std::size_t kApiKeySecretLength = 22;
inline constexpr std::chrono::seconds kSessionLifetime = std::chrono::hours(24);
inline constexpr std::chrono::seconds kDefaultTokenLifetime = std::chrono::days(7);

struct NewApiKey {
  store::ApiKeyRecord record;
  Secret token;  // shown once
};

// A key for everything ("coder:all"); the caller narrows the record down or names it before it is stored.
NewApiKey makeApiKey(UserId user, LoginType loginType, std::chrono::seconds lifetime, WallTime now,
                     std::string_view ipAddress);

struct ApiKeyParts {
  std::string_view id, secret;
};
// Or what is wrong with its shape.
std::expected<ApiKeyParts, std::string> splitApiKey(std::string_view token);

Bytes hashApiKeySecret(std::string_view secret);

}  // namespace berth::server
