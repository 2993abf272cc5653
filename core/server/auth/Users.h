// Making users and the organization that they all belong to; the roles there are. Inside transactions.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/store/Records.h"
#include "core/store/Store.h"

namespace berth::server {

// The default organization, made on the first call. For start-up.
Result<store::OrganizationRecord> ensureDefaultOrganization(store::Transaction& tx, WallTime now);

// Inserts the user with a fresh SSH key, as a member of the organizations. AlreadyExists: username or email is taken.
Result<void> insertNewUser(store::Transaction& tx, const store::UserRecord& user,
                           std::span<const OrganizationId> organizations);

struct RoleInfo {
  std::string_view name;
  std::string_view displayName;
};
std::span<const RoleInfo> siteRoles();          // without the implicit member
std::span<const RoleInfo> organizationRoles();  // without the implicit organization-member
// The name itself for a role that is not known.
std::string roleDisplayName(std::string_view name);

}  // namespace berth::server
