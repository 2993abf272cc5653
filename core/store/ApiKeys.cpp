#include "core/store/ApiKeys.h"

#include "core/store/Sql.h"

namespace berth::store {

namespace {

const Query kInsert = insertQuery<ApiKeyRecord>("api_keys");
const Query kById = selectQuery<ApiKeyRecord>("api key", "api_keys", "WHERE id = ?");
const Query kByName = selectQuery<ApiKeyRecord>("api key by name", "api_keys", "WHERE user_id = ? AND token_name = ?");
const Query kTokens =
    selectQuery<ApiKeyRecord>("list tokens", "api_keys", "WHERE login_type = 'token' ORDER BY created_at, id");
const Query kTokensOfUser = selectQuery<ApiKeyRecord>(
    "list tokens of user", "api_keys", "WHERE login_type = 'token' AND user_id = ? ORDER BY created_at, id");
const Query kUse{
    .name = "use api key",
    .text = "UPDATE api_keys SET last_used = ?, updated_at = ?, ip_address = ?, expires_at = ? WHERE id = ?"};
const Query kExpire{.name = "expire api key",
                    .text = "UPDATE api_keys SET expires_at = ?, updated_at = ? WHERE id = ?"};
const Query kDelete{.name = "delete api key", .text = "DELETE FROM api_keys WHERE id = ?"};
const Query kDeleteOfUser{.name = "delete api keys of user", .text = "DELETE FROM api_keys WHERE user_id = ?"};
const Query kDeleteByName{.name = "delete api key by name",
                          .text = "DELETE FROM api_keys WHERE user_id = ? AND token_name = ?"};
const Query kDeleteAppKeys{.name = "delete application keys",
                           .text = "DELETE FROM api_keys WHERE user_id = ? AND scopes LIKE '%application_connect%'"};

}  // namespace

Result<void> insertApiKey(Transaction& tx, const ApiKeyRecord& key) { return insertRow(tx, kInsert, key); }
Result<std::optional<ApiKeyRecord>> findApiKey(Transaction& tx, std::string_view id) {
  return findRow<ApiKeyRecord>(tx, kById, id);
}
Result<std::optional<ApiKeyRecord>> findApiKeyByName(Transaction& tx, UserId user, std::string_view tokenName) {
  return findRow<ApiKeyRecord>(tx, kByName, user, tokenName);
}
Result<std::vector<ApiKeyRecord>> listTokens(Transaction& tx, std::optional<UserId> user) {
  return user ? listRows<ApiKeyRecord>(tx, kTokensOfUser, *user) : listRows<ApiKeyRecord>(tx, kTokens);
}
Result<void> updateApiKeyUse(Transaction& tx, std::string_view id, WallTime lastUsed, std::string_view ip,
                             WallTime expiresAt) {
  return writeOne(tx, kUse, lastUsed, lastUsed, ip, expiresAt, id);
}
Result<void> expireApiKey(Transaction& tx, std::string_view id, WallTime now) {
  return writeOne(tx, kExpire, now, now, id);
}
Result<bool> deleteApiKey(Transaction& tx, std::string_view id) {
  TRY_ASSIGN(const auto deleted, write(tx, kDelete, id));
  return deleted > 0;
}
Result<void> deleteApiKeysOfUser(Transaction& tx, UserId user) { return writeAny(tx, kDeleteOfUser, user); }
Result<void> deleteApplicationConnectKeys(Transaction& tx, UserId user) { return writeAny(tx, kDeleteAppKeys, user); }
Result<void> deleteApiKeyByName(Transaction& tx, UserId user, std::string_view tokenName) {
  return writeAny(tx, kDeleteByName, user, tokenName);
}

}  // namespace berth::store
