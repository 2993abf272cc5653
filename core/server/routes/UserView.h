// Users, roles and keys as the API shows them, and finding the organization that a path names. Inside transactions.
#pragma once

#include "core/api/Organizations.h"
#include "core/api/Users.h"
#include "core/server/http/ApiError.h"
#include "core/store/Records.h"
#include "core/store/Store.h"

namespace berth::server {

Result<api::User> readUser(store::Transaction& tx, const store::UserRecord& user);
api::MinimalUser minimalUser(const store::UserRecord& user);
// The stand-in for a user who is gone.
Result<api::MinimalUser> readMinimalUser(store::Transaction& tx, UserId id);

std::vector<api::SlimRole> slimRoles(const std::vector<std::string>& names,
                                     std::optional<OrganizationId> organization = {});
api::Organization organizationView(const store::OrganizationRecord& organization);
api::OrganizationMemberWithUserData memberView(const store::OrganizationMemberRecord& member,
                                               const store::UserRecord& user);

// `{organization}` of a path: a UUID, a name or "default"; the nil UUID is the default one too.
ApiResult<store::OrganizationRecord> organizationNamed(store::Transaction& tx, std::string_view text);

}  // namespace berth::server
