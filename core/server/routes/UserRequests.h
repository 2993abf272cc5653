// What requests about users are checked for, and which user a path names.
#pragma once

#include <string_view>

#include "core/server/http/ApiError.h"
#include "core/server/http/Authorization.h"
#include "core/store/Records.h"
#include "core/store/Store.h"

namespace berth::server {

// 400 "Validation failed." in the words of a stock server.
ApiError fieldProblem(std::string_view field, std::string_view rule, std::string_view value);

struct UserNames {
  std::string_view email, username, name;
};
ApiResult<void> checkUserNames(const UserNames& names);
ApiResult<void> checkNewPassword(std::string_view password);

// The user that `{user}` names, if the actor may do this to him.
ApiResult<store::UserRecord> userFor(store::Transaction& tx, const Actor& actor, std::string_view name, Action action);

}  // namespace berth::server
