#include "core/server/routes/UserView.h"

#include "core/server/auth/Users.h"
#include "core/store/Organizations.h"
#include "core/store/Users.h"

namespace berth::server {

std::vector<api::SlimRole> slimRoles(const std::vector<std::string>& names,
                                     std::optional<OrganizationId> organization) {
  std::vector<api::SlimRole> roles;
  for (const auto& name : names)
    roles.push_back({.name = name, .display_name = roleDisplayName(name), .organization_id = organization});
  return roles;
}

Result<api::User> readUser(store::Transaction& tx, const store::UserRecord& user) {
  api::User view;
  view.id = user.id;
  view.username = user.username;
  view.name = api::omitEmpty(user.name);
  view.avatar_url = api::omitEmpty(user.avatarUrl);
  view.email = user.email;
  view.created_at = user.createdAt;
  view.updated_at = user.updatedAt;
  view.last_seen_at = user.lastSeenAt;
  view.status = user.status;
  view.login_type = user.loginType;
  view.roles = slimRoles(user.roles);
  TRY_ASSIGN(const auto memberships, store::listMembershipsOfUser(tx, user.id));
  for (const auto& membership : memberships) view.organization_ids.push_back(membership.organizationId);
  return view;
}

api::MinimalUser minimalUser(const store::UserRecord& user) {
  return {.id = user.id,
          .username = user.username,
          .name = api::omitEmpty(user.name),
          .avatar_url = api::omitEmpty(user.avatarUrl)};
}

Result<api::MinimalUser> readMinimalUser(store::Transaction& tx, UserId id) {
  TRY_ASSIGN(const auto user, store::findUser(tx, id));
  if (user) return minimalUser(*user);
  return api::MinimalUser{.id = id, .username = "deleted", .name = {}, .avatar_url = {}};
}

api::Organization organizationView(const store::OrganizationRecord& organization) {
  return {.id = organization.id,
          .name = organization.name,
          .display_name = organization.displayName,
          .icon = organization.icon,
          .description = organization.description,
          .created_at = organization.createdAt,
          .updated_at = organization.updatedAt,
          .is_default = organization.isDefault,
          .default_org_member_roles = organization.defaultOrgMemberRoles};
}

api::OrganizationMemberWithUserData memberView(const store::OrganizationMemberRecord& member,
                                               const store::UserRecord& user) {
  api::OrganizationMemberWithUserData view;
  view.username = user.username;
  view.name = api::omitEmpty(user.name);
  view.avatar_url = api::omitEmpty(user.avatarUrl);
  view.email = user.email;
  view.status = user.status;
  view.login_type = user.loginType;
  view.last_seen_at = user.lastSeenAt;
  view.user_created_at = user.createdAt;
  view.user_updated_at = user.updatedAt;
  view.global_roles = slimRoles(user.roles);
  view.user_id = member.userId;
  view.organization_id = member.organizationId;
  view.created_at = member.createdAt;
  view.updated_at = member.updatedAt;
  view.roles = slimRoles(member.roles, member.organizationId);
  return view;
}

ApiResult<store::OrganizationRecord> organizationNamed(store::Transaction& tx, std::string_view text) {
  const auto id = OrganizationId::parse(text);
  if (text == "default" || (id && id->isNil())) {
    TRY_ASSIGN(auto organization, store::getDefaultOrganization(tx));
    return organization;
  }
  TRY_ASSIGN(auto found, id ? store::findOrganization(tx, *id) : store::findOrganizationByName(tx, text));
  if (!found) return apiFail(ApiError::notFound());
  return *std::move(found);
}

}  // namespace berth::server
