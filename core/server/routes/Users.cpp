#include "core/server/routes/Users.h"

#include <algorithm>

#include "core/api/Parameters.h"
#include "core/server/Services.h"
#include "core/server/auth/Credentials.h"
#include "core/server/auth/SshKeys.h"
#include "core/server/auth/Users.h"
#include "core/server/http/Reply.h"
#include "core/server/http/Transactions.h"
#include "core/server/routes/UserRequests.h"
#include "core/server/routes/UserView.h"
#include "core/server/workspaces/Access.h"
#include "core/server/workspaces/Search.h"
#include "core/store/ApiKeys.h"
#include "core/store/Organizations.h"
#include "core/store/Users.h"
#include "core/store/Workspaces.h"

namespace berth::server::routes {

namespace {

using store::Transaction;

// `q` of the user list: bare words, and the keys that have a meaning here (reference/rest-api.md 2.7).
ApiResult<store::UserFilter> parseUserFilter(std::string_view query) {
  constexpr const char* kInvalid = "Invalid user search query.";
  TRY_ASSIGN(const auto terms, parseSearch(query, kInvalid));
  store::UserFilter filter;
  filter.search = terms.bare;
  for (const auto& [key, value] : terms.keys) {
    if (key == "status")
      filter.status.push_back(enumFromText<UserStatus>(value));
    else if (key == "role")
      filter.roles.push_back(value);
    else if (key == "login_type")
      filter.loginTypes.push_back(enumFromText<LoginType>(value));
    else if (key == "name")
      filter.search = value;
    else
      return apiFail(ApiError(400, kInvalid, {}, {{key, std::format("\"{}\" is not a valid query param", key)}}));
  }
  return filter;
}

std::optional<std::string> unknownRole(const std::vector<std::string>& names, std::span<const RoleInfo> known) {
  for (const auto& name : names)
    if (std::ranges::find(known, name, &RoleInfo::name) == known.end()) return name;
  return std::nullopt;
}

ApiResult<api::User> viewOf(Transaction& tx, const store::UserRecord& user) {
  TRY_ASSIGN(auto view, readUser(tx, user));
  return view;
}

// Changes the user that the path names and answers with what he is now.
template <typename Change>
Task<Answer> changeUser(Call& call, Action action, Change change) {
  CO_TRY_ASSIGN(const auto view,
                co_await inTransaction(
                    call.services.store,
                    [actor = call.user(), name = call.param("user"), action, now = call.services.clock.wallNow(),
                     change = std::move(change)](Transaction& tx) -> ApiResult<api::User> {
                      TRY_ASSIGN(auto user, userFor(tx, actor, name, action));
                      TRY(change(tx, actor, user));
                      user.updatedAt = now;
                      TRY(store::updateUser(tx, user));
                      return viewOf(tx, user);
                    }));
  co_return jsonResponse(200, view);
}

// The organizations of the request, each of which must exist.
ApiResult<std::vector<OrganizationId>> organizationsOf(Transaction& tx, const api::CreateUserRequest& request) {
  auto ids = request.organization_ids;
  if (request.organization_id && !request.organization_id->isNil()) ids.push_back(*request.organization_id);
  if (ids.empty())
    return apiFail(ApiError(400, "No organization was given.", {},
                            {{"organization_ids", "Missing values, this cannot be empty"}}));
  for (const auto& id : ids) {
    TRY_ASSIGN(const auto found, store::findOrganization(tx, id));
    if (!found)
      return apiFail(404, std::format("Organization does not exist with the provided id \"{}\".", id.toString()));
  }
  return ids;
}

api::UserAppearance appearanceOf(const store::UserRecord& user) {
  const auto value = [&](const char* key) {
    const auto found = user.appearance.find(key);
    return found == user.appearance.end() ? std::string() : found->second;
  };
  return {.theme_preference = value("theme_preference"),
          .theme_mode = value("theme_mode"),
          .theme_light = value("theme_light"),
          .theme_dark = value("theme_dark"),
          .terminal_font = value("terminal_font")};
}

// Only owners make owners: others would give what they don't have.
ApiResult<void> mayAssign(const Actor& actor, const std::vector<std::string>& roles) {
  if (actor.isOwner() || std::ranges::find(roles, "owner") == roles.end()) return {};
  return apiFail(ApiError::forbidden());
}

}  // namespace

Task<Answer> listUsers(Call& call) {
  CO_TRY_ASSIGN(auto filter, parseUserFilter(call.queryOr("q", "")));
  CO_TRY_ASSIGN(const auto limit, call.numberQuery("limit", 0));
  CO_TRY_ASSIGN(const auto offset, call.numberQuery("offset", 0));
  CO_TRY(call.authorize(Action::Read, {ObjectKind::OrganizationMember, {}}));
  CO_TRY_ASSIGN(const auto page,
                co_await inTransaction(
                    call.services.store,
                    [filter = std::move(filter), limit, offset](Transaction& tx) -> ApiResult<api::UsersResponse> {
                      TRY_ASSIGN(const auto users, store::listUsers(tx, filter));
                      api::UsersResponse out;
                      out.count = std::ssize(users);
                      for (std::int64_t i = offset; i < out.count; ++i) {
                        if (limit > 0 && i - offset >= limit) break;
                        TRY_ASSIGN(auto view, readUser(tx, users[static_cast<std::size_t>(i)]));
                        out.users.push_back(std::move(view));
                      }
                      return out;
                    }));
  co_return jsonResponse(200, page);
}

Task<Answer> createUser(Call& call) {
  CO_TRY_ASSIGN(auto request, readJson<api::CreateUserRequest>(call));
  CO_TRY(call.authorize(Action::Create, {ObjectKind::User, {}}));
  if (request.service_account.value_or(false))
    co_return apiFail(403, "Service accounts is a Premium feature. Contact sales!");
  CO_TRY(checkUserNames({.email = request.email, .username = request.username, .name = request.name}));
  if (request.disable_login.value_or(false)) request.login_type = LoginType::None;
  if (request.login_type == LoginType::Unset) request.login_type = LoginType::Password;
  const bool hasPassword = request.login_type == LoginType::Password;
  if (!hasPassword && !request.password.empty())
    co_return apiFail(400, std::format("Password cannot be set for non-password authentication, login type \"{}\".",
                                       toString(request.login_type)));
  if (const auto role = unknownRole(request.roles.value_or(std::vector<std::string>()), siteRoles()))
    co_return apiFail(400, std::format("\"{}\" is not a site role.", *role));
  CO_TRY(mayAssign(call.user(), request.roles.value_or(std::vector<std::string>())));

  store::UserRecord user;
  if (hasPassword) {
    CO_TRY(checkNewPassword(request.password));
    user.passwordHash = co_await call.services.credentials->passwords.hash(Secret(request.password));
  }
  user.id = UserId::random();
  user.email = request.email;
  user.username = request.username;
  user.name = request.name;
  user.loginType = request.login_type;
  user.status = request.user_status.value_or(UserStatus::Dormant);
  user.roles = request.roles.value_or(std::vector<std::string>());
  user.createdAt = call.services.clock.wallNow();
  user.updatedAt = user.createdAt;
  auto made = co_await inTransaction(
      call.services.store,
      [user = std::move(user), request = std::move(request)](Transaction& tx) -> ApiResult<api::User> {
        TRY_ASSIGN(const auto organizations, organizationsOf(tx, request));
        const auto inserted = insertNewUser(tx, user, organizations);
        if (!inserted && inserted.error().code() == ErrorCode::AlreadyExists)
          return apiFail(409, "User already exists.");
        TRY(inserted);
        return viewOf(tx, user);
      });
  CO_TRY_ASSIGN(const auto view, std::move(made));
  co_return jsonResponse(201, view);
}

Task<Answer> getUser(Call& call) {
  CO_TRY_ASSIGN(
      const auto view,
      co_await inTransaction(call.services.store,
                             [actor = call.user(), name = call.param("user")](Transaction& tx) -> ApiResult<api::User> {
                               TRY_ASSIGN(const auto user, userNamed(tx, actor, name));
                               return viewOf(tx, user);
                             }));
  co_return jsonResponse(200, view);
}

Task<Answer> deleteUser(Call& call) {
  CO_TRY(co_await inTransaction(
      call.services.store,
      [actor = call.user(), name = call.param("user"),
       now = call.services.clock.wallNow()](Transaction& tx) -> ApiResult<void> {
        TRY_ASSIGN(const auto user, userFor(tx, actor, name, Action::Delete));
        if (user.id == actor.userId) return apiFail(403, "You cannot delete yourself!");
        TRY_ASSIGN(const auto workspaces, store::listWorkspacesOfOwner(tx, user.id));
        if (!workspaces.empty())
          return apiFail(417, "You cannot delete a user that has workspaces. Delete their workspaces and try again!");
        TRY(store::deleteApiKeysOfUser(tx, user.id));
        TRY(store::markUserDeleted(tx, user.id, now));
        return {};
      }));
  co_return messageResponse(200, "User has been deleted!");
}

Task<Answer> putProfile(Call& call) {
  CO_TRY_ASSIGN(auto request, readJson<api::UpdateUserProfileRequest>(call));
  CO_TRY(checkUserNames({.email = "unchanged@localhost", .username = request.username, .name = request.name}));
  auto answer = co_await changeUser(
      call, Action::UpdatePersonal,
      [request = std::move(request)](Transaction&, const Actor&, store::UserRecord& user) -> ApiResult<void> {
        user.username = request.username;
        user.name = request.name;
        if (request.avatar_url) user.avatarUrl = *request.avatar_url;
        return {};
      });
  if (!answer && answer.error().status == 409)
    co_return apiFail(ApiError(409, "User already exists.", {},
                               {{"username", "This value is already in use and should be unique."}}));
  co_return answer;
}

Task<Answer> suspendUser(Call& call) {
  co_return co_await changeUser(
      call, Action::Update, [](Transaction&, const Actor& actor, store::UserRecord& user) -> ApiResult<void> {
        if (user.id == actor.userId) return apiFail(400, "You cannot suspend yourself.");
        if (std::ranges::find(user.roles, "owner") != user.roles.end())
          return apiFail(400, "You cannot suspend a user with the \"owner\" role. You must remove the role first.");
        user.status = UserStatus::Suspended;
        return {};
      });
}

Task<Answer> activateUser(Call& call) {
  co_return co_await changeUser(call, Action::Update,
                                [](Transaction&, const Actor&, store::UserRecord& user) -> ApiResult<void> {
                                  user.status = UserStatus::Active;
                                  return {};
                                });
}

Task<Answer> getUserAppearance(Call& call) {
  CO_TRY_ASSIGN(
      const auto user,
      co_await inTransaction(call.services.store, [actor = call.user(), name = call.param("user")](Transaction& tx) {
        return userFor(tx, actor, name, Action::ReadPersonal);
      }));
  co_return jsonResponse(200, appearanceOf(user));
}

Task<Answer> putUserAppearance(Call& call) {
  CO_TRY_ASSIGN(auto request, readJson<api::UserAppearance>(call));
  if (request.theme_preference.empty()) co_return apiFail(fieldProblem("theme_preference", "required", ""));
  const auto changed = co_await changeUser(
      call, Action::UpdatePersonal, [request](Transaction&, const Actor&, store::UserRecord& user) -> ApiResult<void> {
        user.appearance = {{"theme_preference", request.theme_preference},
                           {"theme_mode", request.theme_mode},
                           {"theme_light", request.theme_light},
                           {"theme_dark", request.theme_dark},
                           {"terminal_font", request.terminal_font}};
        return {};
      });
  if (!changed) co_return changed;
  co_return jsonResponse(200, request);
}

Task<Answer> putPassword(Call& call) {
  CO_TRY_ASSIGN(const auto request, readJson<api::UpdateUserPasswordRequest>(call));
  CO_TRY_ASSIGN(auto user, co_await inTransaction(call.services.store,
                                                  [actor = call.user(), name = call.param("user")](Transaction& tx) {
                                                    return userFor(tx, actor, name, Action::UpdatePersonal);
                                                  }));
  auto& passwords = call.services.credentials->passwords;
  if (user.loginType != LoginType::Password)
    co_return apiFail(400, "Users without password login type cannot change their password.");
  CO_TRY(checkNewPassword(request.password));
  const bool isOwn = user.id == call.user().userId;
  if (isOwn || !request.old_password.empty())
    if (!co_await passwords.verify(Secret(request.old_password), user.passwordHash))
      co_return apiFail(
          ApiError(400, "Old password is incorrect.", {}, {{"old_password", "Old password is incorrect."}}));
  if (co_await passwords.verify(Secret(request.password), user.passwordHash))
    co_return apiFail(400, "New password cannot match old password.");
  user.passwordHash = co_await passwords.hash(Secret(request.password));
  user.updatedAt = call.services.clock.wallNow();
  // Whoever knew the old password is signed out everywhere (reference/rest-api.md 9.2, 29).
  CO_TRY(co_await call.services.store.run([user = std::move(user)](Transaction& tx) -> Result<void> {
    TRY(store::updateUser(tx, user));
    return store::deleteApiKeysOfUser(tx, user.id);
  }));
  co_return noContent();
}

Task<Answer> getUserRoles(Call& call) {
  CO_TRY_ASSIGN(const auto roles,
                co_await inTransaction(
                    call.services.store,
                    [actor = call.user(), name = call.param("user")](Transaction& tx) -> ApiResult<api::UserRoles> {
                      TRY_ASSIGN(const auto user, userFor(tx, actor, name, Action::Read));
                      api::UserRoles out{.roles = user.roles, .organization_roles = {}};
                      TRY_ASSIGN(const auto memberships, store::listMembershipsOfUser(tx, user.id));
                      for (const auto& membership : memberships)
                        out.organization_roles[membership.organizationId.toString()] = membership.roles;
                      return out;
                    }));
  co_return jsonResponse(200, roles);
}

Task<Answer> putUserRoles(Call& call) {
  CO_TRY_ASSIGN(auto request, readJson<api::UpdateRolesRequest>(call));
  if (const auto role = unknownRole(request.roles, siteRoles()))
    co_return apiFail(400, std::format("\"{}\" is not a site role.", *role));
  co_return co_await changeUser(
      call, Action::Update,
      [request = std::move(request)](Transaction&, const Actor& actor, store::UserRecord& user) -> ApiResult<void> {
        if (user.id == actor.userId) return apiFail(400, "You cannot change your own roles.");
        TRY(mayAssign(actor, request.roles));
        user.roles = request.roles;
        return {};
      });
}

Task<Answer> listSiteRoles(Call& call) {
  std::vector<api::AssignableRole> roles;
  for (const auto& role : siteRoles()) {
    api::AssignableRole view;
    view.name = role.name;
    view.display_name = role.displayName;
    view.assignable = call.user().isOwner();
    view.built_in = true;
    roles.push_back(std::move(view));
  }
  co_return jsonResponse(200, roles);
}

Task<Answer> listUserOrganizations(Call& call) {
  CO_TRY_ASSIGN(const auto organizations,
                co_await inTransaction(call.services.store,
                                       [actor = call.user(), name = call.param("user")](
                                           Transaction& tx) -> ApiResult<std::vector<api::Organization>> {
                                         TRY_ASSIGN(const auto user, userFor(tx, actor, name, Action::Read));
                                         TRY_ASSIGN(const auto records, store::listOrganizationsOfUser(tx, user.id));
                                         std::vector<api::Organization> out;
                                         for (const auto& record : records) out.push_back(organizationView(record));
                                         return out;
                                       }));
  co_return jsonResponse(200, organizations);
}

Task<Answer> getUserOrganization(Call& call) {
  CO_TRY_ASSIGN(
      const auto organization,
      co_await inTransaction(call.services.store,
                             [actor = call.user(), name = call.param("user"), wanted = call.param("organizationname")](
                                 Transaction& tx) -> ApiResult<api::Organization> {
                               TRY_ASSIGN(const auto user, userFor(tx, actor, name, Action::Read));
                               TRY_ASSIGN(const auto found, organizationNamed(tx, wanted));
                               TRY_ASSIGN(const auto member, store::findOrganizationMember(tx, found.id, user.id));
                               if (!member) return apiFail(ApiError::notFound());
                               return organizationView(found);
                             }));
  co_return jsonResponse(200, organization);
}

namespace {

Task<Answer> answerGitSshKey(Call& call, bool regenerates) {
  CO_TRY_ASSIGN(
      const auto view,
      co_await inTransaction(call.services.store,
                             [actor = call.user(), name = call.param("user"), regenerates,
                              now = call.services.clock.wallNow()](Transaction& tx) -> ApiResult<api::GitSshKey> {
                               const auto action = regenerates ? Action::UpdatePersonal : Action::ReadPersonal;
                               TRY_ASSIGN(const auto user, userFor(tx, actor, name, action));
                               TRY_ASSIGN(auto key, store::findGitSshKey(tx, user.id));
                               if (!key || regenerates) {
                                 key = makeGitSshKey(user.id, now);
                                 TRY(store::putGitSshKey(tx, *key));
                               }
                               return api::GitSshKey{.user_id = key->userId,
                                                     .created_at = key->createdAt,
                                                     .updated_at = key->updatedAt,
                                                     .public_key = key->publicKey};
                             }));
  co_return jsonResponse(200, view);
}

}  // namespace

Task<Answer> getGitSshKey(Call& call) { co_return co_await answerGitSshKey(call, false); }
Task<Answer> regenerateGitSshKey(Call& call) { co_return co_await answerGitSshKey(call, true); }

// Filling in from earlier workspaces is an experiment of stock servers; without it the list is empty.
Task<Answer> getAutofillParameters(Call& call) {
  if (!UserId::parse(call.queryOr("template_id", "")))
    co_return apiFail(ApiError::invalidQuery("template_id", "Query param \"template_id\" must be a valid UUID"));
  co_return jsonResponse(200, std::vector<api::ParameterValue>());
}

}  // namespace berth::server::routes
