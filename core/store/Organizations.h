// Organizations and who belongs to them.
#pragma once

#include <string_view>
#include "core/store/Records.h"
#include "core/store/Store.h"

namespace berth::store {

Result<void> insertOrganization(Transaction& tx, const OrganizationRecord& organization);
Result<OrganizationRecord> getDefaultOrganization(Transaction& tx);
Result<std::optional<OrganizationRecord>> findOrganization(Transaction& tx, OrganizationId id);
Result<std::optional<OrganizationRecord>> findOrganizationByName(Transaction& tx, std::string_view name);
Result<std::vector<OrganizationRecord>> listOrganizations(Transaction& tx);
Result<std::vector<OrganizationRecord>> listOrganizationsOfUser(Transaction& tx, UserId user);

Result<void> insertOrganizationMember(Transaction& tx, const OrganizationMemberRecord& member);
Result<void> updateOrganizationMemberRoles(Transaction& tx, const OrganizationMemberRecord& member);
Result<std::optional<OrganizationMemberRecord>> findOrganizationMember(Transaction& tx, OrganizationId organization,
                                                                       UserId user);
Result<std::vector<OrganizationMemberRecord>> listOrganizationMembers(Transaction& tx, OrganizationId organization);
Result<std::vector<OrganizationMemberRecord>> listMembershipsOfUser(Transaction& tx, UserId user);
Result<bool> deleteOrganizationMember(Transaction& tx, OrganizationId organization, UserId user);

}  // namespace berth::store
