#include "core/server/auth/Users.h"

#include <algorithm>

#include "core/server/auth/SshKeys.h"
#include "core/store/Organizations.h"
#include "core/store/Users.h"

namespace berth::server {

namespace {

// reference/rest-api.md 2.9
constexpr RoleInfo kSiteRoles[] = {
    {"owner", "Owner"},
    {"auditor", "Auditor"},
    {"template-admin", "Template Admin"},
    {"user-admin", "User Admin"},
    {"agents-access", "Coder Agents User"},
};
constexpr RoleInfo kOrganizationRoles[] = {
    {"organization-admin", "Organization Admin"},
    {"organization-auditor", "Organization Auditor"},
    {"organization-template-admin", "Organization Template Admin"},
    {"organization-user-admin", "Organization User Admin"},
    {"organization-workspace-access", "Organization Workspace Access"},
    {"organization-workspace-creation-ban", "Organization Workspace Creation Ban"},
};

}  // namespace

Result<store::OrganizationRecord> ensureDefaultOrganization(store::Transaction& tx, WallTime now) {
  auto existing = store::getDefaultOrganization(tx);
  if (existing || existing.error().code() != ErrorCode::NotFound) return existing;
  store::OrganizationRecord organization;
  organization.id = OrganizationId::random();
  organization.name = "coder";  // what clients of a stock deployment find
  organization.displayName = "Coder";
  organization.description = "Builtin default organization.";
  organization.createdAt = now;
  organization.updatedAt = now;
  organization.isDefault = true;
  organization.defaultOrgMemberRoles = {"organization-workspace-access"};
  TRY(store::insertOrganization(tx, organization));
  return organization;
}

Result<void> insertNewUser(store::Transaction& tx, const store::UserRecord& user,
                           std::span<const OrganizationId> organizations) {
  TRY(store::insertUser(tx, user));
  TRY(store::putGitSshKey(tx, makeGitSshKey(user.id, user.createdAt)));
  for (const auto& organization : organizations)
    TRY(store::insertOrganizationMember(tx, {.userId = user.id,
                                             .organizationId = organization,
                                             .createdAt = user.createdAt,
                                             .updatedAt = user.createdAt,
                                             .roles = {}}));
  return {};
}

std::span<const RoleInfo> siteRoles() { return kSiteRoles; }
std::span<const RoleInfo> organizationRoles() { return kOrganizationRoles; }

std::string roleDisplayName(std::string_view name) {
  for (const auto roles : {siteRoles(), organizationRoles()})
    if (const auto found = std::ranges::find(roles, name, &RoleInfo::name); found != roles.end())
      return std::string(found->displayName);
  return std::string(name);
}

}  // namespace berth::server
