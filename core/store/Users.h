// Users and their SSH keys. Deleted users stay as rows and are not found by any of these.
#pragma once

#include <string_view>
#include "core/store/Records.h"
#include "core/store/Store.h"

namespace berth::store {

Result<void> insertUser(Transaction& tx, const UserRecord& user);  // AlreadyExists: email or username taken
Result<void> updateUser(Transaction& tx, const UserRecord& user);  // all columns; NotFound, AlreadyExists
Result<UserRecord> getUser(Transaction& tx, UserId id);
Result<std::optional<UserRecord>> findUser(Transaction& tx, UserId id);
Result<std::optional<UserRecord>> findUserByEmail(Transaction& tx, std::string_view email);        // without case
Result<std::optional<UserRecord>> findUserByUsername(Transaction& tx, std::string_view username);  // without case
Result<bool> hasAnyUser(Transaction& tx);
Result<void> markUserDeleted(Transaction& tx, UserId id, WallTime now);
Result<void> setUserLastSeen(Transaction& tx, UserId id, WallTime now, UserStatus status);

// Ordered by username; the search text matches parts of username and email.
struct UserFilter {
  std::string search;
  std::vector<UserStatus> status;
  std::vector<std::string> roles;
  std::vector<LoginType> loginTypes;
};
Result<std::vector<UserRecord>> listUsers(Transaction& tx, const UserFilter& filter);

Result<std::optional<GitSshKeyRecord>> findGitSshKey(Transaction& tx, UserId user);
Result<void> putGitSshKey(Transaction& tx, const GitSshKeyRecord& key);

}  // namespace berth::store
