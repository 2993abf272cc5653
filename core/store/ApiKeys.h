// Session keys and named tokens.
#pragma once

#include <string_view>
#include "core/store/Records.h"
#include "core/store/Store.h"

namespace berth::store {

Result<void> insertApiKey(Transaction& tx, const ApiKeyRecord& key);  // AlreadyExists: the token name is taken
Result<std::optional<ApiKeyRecord>> findApiKey(Transaction& tx, std::string_view id);
Result<std::optional<ApiKeyRecord>> findApiKeyByName(Transaction& tx, UserId user, std::string_view tokenName);

// Named tokens, oldest first; of all users when `user` is empty.
Result<std::vector<ApiKeyRecord>> listTokens(Transaction& tx, std::optional<UserId> user);

Result<void> updateApiKeyUse(Transaction& tx, std::string_view id, WallTime lastUsed, std::string_view ip,
                             WallTime expiresAt);
Result<void> expireApiKey(Transaction& tx, std::string_view id, WallTime now);
Result<bool> deleteApiKey(Transaction& tx, std::string_view id);  // false: there was none
Result<void> deleteApiKeysOfUser(Transaction& tx, UserId user);
Result<void> deleteApplicationConnectKeys(Transaction& tx, UserId user);

// The one token with this name that a running workspace's owner gets (CODER_WORKSPACE_OWNER_SESSION_TOKEN).
Result<void> deleteApiKeyByName(Transaction& tx, UserId user, std::string_view tokenName);

}  // namespace berth::store
