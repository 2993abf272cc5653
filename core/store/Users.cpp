#include "core/store/Users.h"

#include "core/store/Sql.h"

namespace berth::store {

namespace {

const Query kInsert = insertQuery<UserRecord>("users");
const Query kUpdate = updateQuery<UserRecord>("users");
const Query kById = selectQuery<UserRecord>("user by id", "users", "WHERE id = ? AND deleted = 0");
const Query kByEmail =
    selectQuery<UserRecord>("user by email", "users", "WHERE lower(email) = lower(?) AND deleted = 0");
const Query kByUsername =
    selectQuery<UserRecord>("user by username", "users", "WHERE lower(username) = lower(?) AND deleted = 0");
const Query kAll = selectQuery<UserRecord>("list users", "users", "WHERE deleted = 0 ORDER BY lower(username)");
const Query kCount{.name = "count users", .text = "SELECT count(*) FROM users WHERE deleted = 0"};
const Query kDelete{.name = "delete user",
                    .text = "UPDATE users SET deleted = 1, updated_at = ? WHERE id = ? AND deleted = 0"};
const Query kSeen{.name = "set user last seen", .text = "UPDATE users SET last_seen_at = ?, status = ? WHERE id = ?"};

const Query kKeyByUser = selectQuery<GitSshKeyRecord>("git ssh key", "git_ssh_keys", "WHERE user_id = ?");
const Query kPutKey = upsertQuery<GitSshKeyRecord>("git_ssh_keys", {"user_id"});

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool contains(std::string_view text, const std::string& part) { return lowered(text).find(part) != std::string::npos; }

// An empty list asks for nothing.
template <typename T>
bool isAmong(const std::vector<T>& wanted, const T& value) {
  return wanted.empty() || std::ranges::find(wanted, value) != wanted.end();
}

bool matches(const UserRecord& user, const UserFilter& filter) {
  const auto search = lowered(filter.search);
  if (!search.empty() && !contains(user.username, search) && !contains(user.email, search)) return false;
  if (!isAmong(filter.status, user.status) || !isAmong(filter.loginTypes, user.loginType)) return false;
  return filter.roles.empty() || std::ranges::any_of(filter.roles, [&](const auto& role) {
           return role == "member" || std::ranges::find(user.roles, role) != user.roles.end();
         });
}

}  // namespace

Result<void> insertUser(Transaction& tx, const UserRecord& user) { return insertRow(tx, kInsert, user); }
Result<void> updateUser(Transaction& tx, const UserRecord& user) { return updateRow(tx, kUpdate, user); }
Result<UserRecord> getUser(Transaction& tx, UserId id) { return getRow<UserRecord>(tx, kById, id); }
Result<std::optional<UserRecord>> findUser(Transaction& tx, UserId id) { return findRow<UserRecord>(tx, kById, id); }
Result<std::optional<UserRecord>> findUserByEmail(Transaction& tx, std::string_view email) {
  return findRow<UserRecord>(tx, kByEmail, email);
}
Result<std::optional<UserRecord>> findUserByUsername(Transaction& tx, std::string_view username) {
  return findRow<UserRecord>(tx, kByUsername, username);
}

Result<bool> hasAnyUser(Transaction& tx) {
  TRY_ASSIGN(const auto count, findValue<std::int64_t>(tx, kCount));
  return count.value_or(0) > 0;
}

Result<void> markUserDeleted(Transaction& tx, UserId id, WallTime now) { return writeOne(tx, kDelete, now, id); }
Result<void> setUserLastSeen(Transaction& tx, UserId id, WallTime now, UserStatus status) {
  return writeOne(tx, kSeen, now, status, id);
}

Result<std::vector<UserRecord>> listUsers(Transaction& tx, const UserFilter& filter) {
  TRY_ASSIGN(auto users, listRows<UserRecord>(tx, kAll));
  std::erase_if(users, [&](const auto& user) { return !matches(user, filter); });
  return users;
}

Result<std::optional<GitSshKeyRecord>> findGitSshKey(Transaction& tx, UserId user) {
  return findRow<GitSshKeyRecord>(tx, kKeyByUser, user);
}
Result<void> putGitSshKey(Transaction& tx, const GitSshKeyRecord& key) { return insertRow(tx, kPutKey, key); }

}  // namespace berth::store
