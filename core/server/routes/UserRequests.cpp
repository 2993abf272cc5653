#include "core/server/routes/UserRequests.h"

#include "core/api/Names.h"
#include "core/server/auth/Passwords.h"
#include "core/server/workspaces/Access.h"

namespace berth::server {

namespace {
constexpr std::size_t kMaxRealName = 128;

bool isRealName(std::string_view name) {
  return name.size() <= kMaxRealName && (name.empty() || (name.front() != ' ' && name.back() != ' '));
}
}  // namespace

ApiError fieldProblem(std::string_view field, std::string_view rule, std::string_view value) {
  return ApiError::invalidField(std::string(field),
                                std::format("Validation failed for tag \"{}\" with value: \"{}\"", rule, value));
}

ApiResult<void> checkUserNames(const UserNames& names) {
  ApiError problems(400, "Validation failed.");
  const auto check = [&](bool isGood, std::string_view field, std::string_view rule, std::string_view value) {
    if (!isGood) problems.validations.push_back(fieldProblem(field, rule, value).validations.front());
  };
  check(api::isEmail(names.email), "email", "email", names.email);
  check(api::isName(names.username), "username", "username", names.username);
  check(isRealName(names.name), "name", "user_real_name", names.name);
  if (problems.validations.empty()) return {};
  return apiFail(std::move(problems));
}

ApiResult<void> checkNewPassword(std::string_view password) {
  if (password.empty()) return apiFail(fieldProblem("password", "required", ""));
  const auto problem = passwordProblem(password);
  if (!problem) return {};
  return apiFail(ApiError(400, "Password is invalid", {}, {{"password", *problem}}));
}

ApiResult<store::UserRecord> userFor(store::Transaction& tx, const Actor& actor, std::string_view name, Action action) {
  TRY_ASSIGN(auto user, userNamed(tx, actor, name));
  TRY(authorize(actor, action, {ObjectKind::User, user.id}));
  return user;
}

}  // namespace berth::server
