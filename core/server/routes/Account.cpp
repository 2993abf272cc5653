#include "core/server/routes/Account.h"

#include "core/api/Names.h"
#include "core/api/Users.h"
#include "core/server/Services.h"
#include "core/server/auth/ApiKeys.h"
#include "core/server/auth/Credentials.h"
#include "core/server/auth/Users.h"
#include "core/server/http/Reply.h"
#include "core/server/http/Transactions.h"
#include "core/server/routes/UserRequests.h"
#include "core/server/workspaces/Access.h"
#include "core/store/ApiKeys.h"
#include "core/store/Users.h"

namespace berth::server::routes {

namespace {

using store::Transaction;

constexpr const char* kHasFirstUser = "The initial user has already been created.";
constexpr const char* kWrongPassword = "Incorrect email or password.";
constexpr const char* kCookieTail = "; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax";

std::string lowered(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

ApiResult<void> mayTryPassword(const Call& call, const std::string& who) {
  const auto wait = call.services.credentials->failedLogins.blockedFor(who, call.services.clock.now());
  if (!wait) return {};
  return apiFail(
      429, std::format("Too many wrong passwords. Try again in {} seconds.", wait->count()),
      std::format("After {} wrong passwords for one account, an address has to wait.", FailedLogins::kAllowed));
}

// The password has matched; other reasons why there is no session.
ApiResult<void> maySignIn(const store::UserRecord& user) {
  if (user.loginType != LoginType::Password)
    return apiFail(403,
                   std::format("Incorrect login type, attempting to use \"password\" but user is of login type \"{}\"",
                               toString(user.loginType)));
  if (user.status == UserStatus::Suspended)
    return apiFail(401, "Your account is suspended. Contact an admin to reactivate your account.");
  return {};
}

// Stores the session and wakes a dormant user.
Task<ApiResult<void>> storeSession(Call& call, store::UserRecord user, store::ApiKeyRecord key) {
  co_return co_await inTransaction(call.services.store,
                                   [user = std::move(user), key = std::move(key),
                                    now = call.services.clock.wallNow()](Transaction& tx) -> ApiResult<void> {
                                     TRY(store::insertApiKey(tx, key));
                                     TRY(store::setUserLastSeen(tx, user.id, now, UserStatus::Active));
                                     return {};
                                   });
}

}  // namespace

Task<Answer> hasFirstUser(Call& call) {
  CO_TRY_ASSIGN(const bool hasAny, co_await call.services.store.run(store::hasAnyUser));
  if (!hasAny) co_return messageResponse(404, "The initial user has not been created!");
  co_return messageResponse(200, "The initial user has already been created!");
}

Task<Answer> createFirstUser(Call& call) {
  CO_TRY_ASSIGN(const auto request, readJson<api::CreateFirstUserRequest>(call));
  CO_TRY(checkUserNames({.email = request.email, .username = request.username, .name = request.name}));
  CO_TRY(checkNewPassword(request.password));
  CO_TRY_ASSIGN(const bool isTooLate, co_await call.services.store.run(store::hasAnyUser));
  if (isTooLate) co_return apiFail(409, kHasFirstUser);  // before the costly part, which anybody could ask for
  auto hash = co_await call.services.credentials->passwords.hash(Secret(request.password));

  store::UserRecord user;
  user.id = UserId::random();
  user.email = request.email;
  user.username = request.username;
  user.name = request.name;
  user.passwordHash = std::move(hash);
  user.roles = {"owner"};
  user.createdAt = call.services.clock.wallNow();
  user.updatedAt = user.createdAt;
  CO_TRY_ASSIGN(
      const auto made,
      co_await inTransaction(
          call.services.store, [user = std::move(user)](Transaction& tx) -> ApiResult<api::CreateFirstUserResponse> {
            TRY_ASSIGN(const bool hasAny, store::hasAnyUser(tx));
            if (hasAny) return apiFail(409, kHasFirstUser);
            TRY_ASSIGN(const auto organization, ensureDefaultOrganization(tx, user.createdAt));
            TRY(insertNewUser(tx, user, {&organization.id, 1}));
            return api::CreateFirstUserResponse{.user_id = user.id, .organization_id = organization.id};
          }));
  co_return jsonResponse(201, made);
}

Task<Answer> authMethods(Call&) {
  co_return jsonResponse(
      200, api::AuthMethods{.terms_of_service_url = {}, .password = {.enabled = true}, .github = {}, .oidc = {}});
}

Task<Answer> login(Call& call) {
  CO_TRY_ASSIGN(const auto request, readJson<api::LoginWithPasswordRequest>(call));
  if (!api::isEmail(request.email)) co_return apiFail(fieldProblem("email", "email", request.email));
  if (request.password.empty()) co_return apiFail(fieldProblem("password", "required", ""));
  auto& credentials = *call.services.credentials;
  const auto who = std::format("{} {}", call.exchange.remoteAddress(), lowered(request.email));
  CO_TRY(mayTryPassword(call, who));

  CO_TRY_ASSIGN(const auto user, co_await call.services.store.run([email = request.email](Transaction& tx) {
    return store::findUserByEmail(tx, email);
  }));
  const bool matches =
      co_await credentials.passwords.verify(Secret(request.password), user ? user->passwordHash : std::string());
  if (!matches || !user) {
    credentials.failedLogins.onFailure(who, call.services.clock.now());
    co_return apiFail(401, kWrongPassword);
  }
  CO_TRY(maySignIn(*user));
  credentials.failedLogins.onSuccess(who);

  auto key = makeApiKey(user->id, LoginType::Password, kSessionLifetime, call.services.clock.wallNow(),
                        call.exchange.remoteAddress());
  CO_TRY(co_await storeSession(call, *user, key.record));
  auto response = jsonResponse(201, api::LoginWithPasswordResponse{.session_token = std::string(key.token.reveal())});
  response.headers.add("Set-Cookie", std::format("coder_session_token={}{}", key.token.reveal(), kCookieTail));
  co_return response;
}

Task<Answer> logout(Call& call) {
  CO_TRY(co_await call.services.store.run([actor = call.user()](Transaction& tx) -> Result<void> {
    TRY(store::deleteApiKey(tx, actor.keyId));
    return store::deleteApplicationConnectKeys(tx, actor.userId);
  }));
  auto response = messageResponse(200, "Logged out!");
  response.headers.add("Set-Cookie", "coder_session_token=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
  co_return response;
}

Task<Answer> validatePassword(Call& call) {
  CO_TRY_ASSIGN(const auto request, readJson<api::ValidatePasswordRequest>(call));
  const auto problem = passwordProblem(request.password);
  co_return jsonResponse(200, api::ValidatePasswordResponse{.valid = !problem, .details = problem.value_or("")});
}

// There is no mail to send a passcode with; whether the account exists is not told either way.
Task<Answer> requestOneTimePasscode(Call&) { co_return noContent(); }

Task<Answer> getLoginType(Call& call) {
  CO_TRY_ASSIGN(const auto user, co_await inTransaction(call.services.store,
                                                        [actor = call.user(), name = call.param("user")](
                                                            Transaction& tx) { return userNamed(tx, actor, name); }));
  if (user.id != call.user().userId) co_return apiFail(ApiError::forbidden());
  co_return jsonResponse(200, api::UserLoginType{.login_type = user.loginType});
}

}  // namespace berth::server::routes
