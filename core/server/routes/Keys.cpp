#include "core/server/routes/Keys.h"

#include <algorithm>
#include <array>

#include "core/api/Users.h"
#include "core/server/Services.h"
#include "core/server/auth/ApiKeys.h"
#include "core/server/http/RandomName.h"
#include "core/server/http/Reply.h"
#include "core/server/http/Transactions.h"
#include "core/server/workspaces/Access.h"
#include "core/store/ApiKeys.h"
#include "core/store/Users.h"

namespace berth::server::routes {

namespace {

using store::Transaction;

constexpr std::chrono::seconds kMaxLifetimeOfOwner = std::chrono::days(7);
constexpr std::chrono::seconds kMaxLifetime = std::chrono::days(365 * 100);

// What a token can be narrowed down to here; finer scopes of stock servers are refused rather than widened.
constexpr std::string_view kScopes[] = {"coder:all", "coder:application_connect"};

std::chrono::seconds maxLifetimeFor(const Actor& actor) { return actor.isOwner() ? kMaxLifetimeOfOwner : kMaxLifetime; }

api::ApiKey viewOf(const store::ApiKeyRecord& key) {
  api::ApiKey view;
  view.id = key.id;
  view.user_id = key.userId;
  view.last_used = key.lastUsed;
  view.expires_at = key.expiresAt;
  view.created_at = key.createdAt;
  view.updated_at = key.updatedAt;
  view.login_type = key.loginType;
  view.scopes = key.scopes;
  if (key.scopes == std::vector<std::string>{"coder:all"}) view.scope = "all";
  if (key.scopes == std::vector<std::string>{"coder:application_connect"}) view.scope = "application_connect";
  view.token_name = key.tokenName;
  view.lifetime_seconds = key.lifetimeSeconds;
  view.allow_list = key.allowList;
  return view;
}

ApiResult<std::vector<std::string>> scopesOf(const api::CreateTokenRequest& request) {
  auto scopes = request.scopes.value_or(std::vector<std::string>());
  if (scopes.empty() && request.scope && !request.scope->empty()) scopes = {*request.scope};
  if (scopes.empty()) scopes = {"coder:all"};
  for (auto& scope : scopes) {
    if (!scope.starts_with("coder:")) scope = "coder:" + scope;
    if (std::ranges::find(kScopes, scope) == std::end(kScopes))
      return apiFail(ApiError(400, "Failed to create API key.", {},
                              {{"scopes", std::format("invalid or unsupported API key scope: \"{}\"", scope)}}));
  }
  return scopes;
}

ApiResult<std::chrono::seconds> lifetimeOf(const api::CreateTokenRequest& request, const Actor& actor) {
  if (request.lifetime == 0) return kDefaultTokenLifetime;
  const auto lifetime = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::nanoseconds(request.lifetime));
  const auto most = maxLifetimeFor(actor);
  if (request.lifetime < 0 || lifetime > most)
    return apiFail(400, "Failed to create API key.",
                   request.lifetime < 0
                       ? std::string("lifetime must be positive number greater than 0")
                       : std::format("lifetime must be less than {}h0m0s", most / std::chrono::hours(1)));
  return lifetime;
}

ApiResult<store::UserRecord> ownerOfKeys(Transaction& tx, const Actor& actor, std::string_view name, Action action) {
  TRY_ASSIGN(auto user, userNamed(tx, actor, name));
  TRY(authorize(actor, action, {ObjectKind::ApiKey, user.id}));
  return user;
}

ApiResult<store::ApiKeyRecord> keyOf(Transaction& tx, const Actor& actor, std::string_view id, Action action) {
  TRY_ASSIGN(auto key, store::findApiKey(tx, id));
  if (!key) return apiFail(ApiError::notFound());
  TRY(authorize(actor, action, {ObjectKind::ApiKey, key->userId}));
  return *std::move(key);
}

// Stores a key for the user of the path and shows it, this once.
Task<Answer> answerNewKey(Call& call, NewApiKey key) {
  auto stored = co_await inTransaction(call.services.store,
                                       [actor = call.user(), name = call.param("user"),
                                        record = key.record](Transaction& tx) mutable -> ApiResult<void> {
                                         TRY_ASSIGN(const auto user, ownerOfKeys(tx, actor, name, Action::Create));
                                         record.userId = user.id;
                                         TRY(store::insertApiKey(tx, record));
                                         return {};
                                       });
  if (!stored && stored.error().status == 409)
    co_return apiFail(ApiError(409, std::format("A token with name \"{}\" already exists.", key.record.tokenName), {},
                               {{"name", "This value is already in use and should be unique."}}));
  CO_TRY(std::move(stored));
  co_return jsonResponse(201, api::GenerateApiKeyResponse{.key = std::string(key.token.reveal())});
}

}  // namespace

Task<Answer> createKey(Call& call) {
  co_return co_await answerNewKey(call, makeApiKey(call.user().userId, LoginType::Password, kDefaultTokenLifetime,
                                                   call.services.clock.wallNow(), call.exchange.remoteAddress()));
}

Task<Answer> createToken(Call& call) {
  CO_TRY_ASSIGN(const auto request, readJson<api::CreateTokenRequest>(call));
  CO_TRY_ASSIGN(const auto lifetime, lifetimeOf(request, call.user()));
  auto key = makeApiKey(call.user().userId, LoginType::Token, lifetime, call.services.clock.wallNow(),
                        call.exchange.remoteAddress());
  CO_TRY_ASSIGN(key.record.scopes, scopesOf(request));
  key.record.tokenName = request.token_name.empty() ? randomName() : request.token_name;
  co_return co_await answerNewKey(call, std::move(key));
}

Task<Answer> listTokens(Call& call) {
  CO_TRY_ASSIGN(const bool includesAll, call.boolQuery("include_all", false));
  CO_TRY_ASSIGN(const bool includesExpired, call.boolQuery("include_expired", false));
  CO_TRY_ASSIGN(const auto tokens,
                co_await inTransaction(
                    call.services.store,
                    [actor = call.user(), name = call.param("user"), includesAll, includesExpired,
                     now = call.services.clock.wallNow()](Transaction& tx) -> ApiResult<std::vector<api::ApiKey>> {
                      TRY_ASSIGN(const auto user, ownerOfKeys(tx, actor, name, Action::Read));
                      const bool seesAll = includesAll && actor.isOwner();
                      TRY_ASSIGN(const auto keys,
                                 store::listTokens(tx, seesAll ? std::nullopt : std::optional(user.id)));
                      std::vector<api::ApiKey> out;
                      for (const auto& key : keys) {
                        if (!includesExpired && key.expiresAt <= now) continue;
                        auto view = viewOf(key);
                        TRY_ASSIGN(const auto owner, store::findUser(tx, key.userId));
                        view.username = owner ? owner->username : "";
                        out.push_back(std::move(view));
                      }
                      return out;
                    }));
  co_return jsonResponse(200, tokens);
}

Task<Answer> getTokenConfig(Call& call) {
  const std::chrono::nanoseconds most = maxLifetimeFor(call.user());
  co_return jsonResponse(200, api::TokenConfig{.max_token_lifetime = most.count()});
}

Task<Answer> getTokenByName(Call& call) {
  CO_TRY_ASSIGN(const auto key,
                co_await inTransaction(call.services.store,
                                       [actor = call.user(), name = call.param("user"), token = call.param("keyname")](
                                           Transaction& tx) -> ApiResult<store::ApiKeyRecord> {
                                         TRY_ASSIGN(const auto user, ownerOfKeys(tx, actor, name, Action::Read));
                                         TRY_ASSIGN(auto found, store::findApiKeyByName(tx, user.id, token));
                                         if (!found) return apiFail(ApiError::notFound());
                                         return *std::move(found);
                                       }));
  co_return jsonResponse(200, viewOf(key));
}

Task<Answer> getKey(Call& call) {
  CO_TRY_ASSIGN(
      const auto key,
      co_await inTransaction(call.services.store, [actor = call.user(), id = call.param("keyid")](Transaction& tx) {
        return keyOf(tx, actor, id, Action::Read);
      }));
  co_return jsonResponse(200, viewOf(key));
}

Task<Answer> deleteKey(Call& call) {
  CO_TRY(co_await inTransaction(call.services.store,
                                [actor = call.user(), id = call.param("keyid")](Transaction& tx) -> ApiResult<void> {
                                  TRY_ASSIGN(const auto key, keyOf(tx, actor, id, Action::Delete));
                                  TRY(store::deleteApiKey(tx, key.id));
                                  return {};
                                }));
  co_return noContent();
}

Task<Answer> expireKey(Call& call) {
  CO_TRY(co_await inTransaction(call.services.store,
                                [actor = call.user(), id = call.param("keyid"),
                                 now = call.services.clock.wallNow()](Transaction& tx) -> ApiResult<void> {
                                  TRY_ASSIGN(const auto key, keyOf(tx, actor, id, Action::Update));
                                  TRY(store::expireApiKey(tx, key.id, now));
                                  return {};
                                }));
  co_return noContent();
}

Task<Answer> listScopes(Call&) {
  co_return rawJsonResponse(200,
                            R"({"external":["all","application_connect","coder:all","coder:application_connect"]})");
}

}  // namespace berth::server::routes
