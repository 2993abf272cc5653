#include "core/store/Organizations.h"

#include "core/store/Sql.h"

namespace berth::store {

namespace {

const Query kInsert = insertQuery<OrganizationRecord>("organizations");
const Query kDefault = selectQuery<OrganizationRecord>("default organization", "organizations", "WHERE is_default = 1");
const Query kById = selectQuery<OrganizationRecord>("organization by id", "organizations", "WHERE id = ?");
const Query kByName =
    selectQuery<OrganizationRecord>("organization by name", "organizations", "WHERE lower(name) = lower(?)");
const Query kAll = selectQuery<OrganizationRecord>("list organizations", "organizations", "ORDER BY lower(name)");
const Query kOfUser = selectQuery<OrganizationRecord>(
    "list organizations of user", "organizations o",
    "JOIN organization_members m ON m.organization_id = o.id WHERE m.user_id = ? ORDER BY lower(o.name)");

const Query kInsertMember = insertQuery<OrganizationMemberRecord>("organization_members");
const Query kSetRoles{.name = "set member roles",
                      .text =
                          "UPDATE organization_members SET roles = ?, updated_at = ? "
                          "WHERE organization_id = ? AND user_id = ?"};
const Query kMember = selectQuery<OrganizationMemberRecord>("organization member", "organization_members",
                                                            "WHERE organization_id = ? AND user_id = ?");
const Query kMembers = selectQuery<OrganizationMemberRecord>(
    "list organization members", "organization_members m",
    "JOIN users u ON u.id = m.user_id WHERE m.organization_id = ? AND u.deleted = 0 ORDER BY lower(u.username)");
const Query kMemberships = selectQuery<OrganizationMemberRecord>("list memberships", "organization_members",
                                                                 "WHERE user_id = ? ORDER BY created_at");
const Query kDeleteMember{.name = "delete organization member",
                          .text = "DELETE FROM organization_members WHERE organization_id = ? AND user_id = ?"};

}  // namespace

Result<void> insertOrganization(Transaction& tx, const OrganizationRecord& organization) {
  return insertRow(tx, kInsert, organization);
}
Result<OrganizationRecord> getDefaultOrganization(Transaction& tx) { return getRow<OrganizationRecord>(tx, kDefault); }
Result<std::optional<OrganizationRecord>> findOrganization(Transaction& tx, OrganizationId id) {
  return findRow<OrganizationRecord>(tx, kById, id);
}
Result<std::optional<OrganizationRecord>> findOrganizationByName(Transaction& tx, std::string_view name) {
  return findRow<OrganizationRecord>(tx, kByName, name);
}
Result<std::vector<OrganizationRecord>> listOrganizations(Transaction& tx) {
  return listRows<OrganizationRecord>(tx, kAll);
}
Result<std::vector<OrganizationRecord>> listOrganizationsOfUser(Transaction& tx, UserId user) {
  return listRows<OrganizationRecord>(tx, kOfUser, user);
}

Result<void> insertOrganizationMember(Transaction& tx, const OrganizationMemberRecord& member) {
  return insertRow(tx, kInsertMember, member);
}
Result<void> updateOrganizationMemberRoles(Transaction& tx, const OrganizationMemberRecord& member) {
  return writeOne(tx, kSetRoles, member.roles, member.updatedAt, member.organizationId, member.userId);
}
Result<std::optional<OrganizationMemberRecord>> findOrganizationMember(Transaction& tx, OrganizationId organization,
                                                                       UserId user) {
  return findRow<OrganizationMemberRecord>(tx, kMember, organization, user);
}
Result<std::vector<OrganizationMemberRecord>> listOrganizationMembers(Transaction& tx, OrganizationId organization) {
  return listRows<OrganizationMemberRecord>(tx, kMembers, organization);
}
Result<std::vector<OrganizationMemberRecord>> listMembershipsOfUser(Transaction& tx, UserId user) {
  return listRows<OrganizationMemberRecord>(tx, kMemberships, user);
}
Result<bool> deleteOrganizationMember(Transaction& tx, OrganizationId organization, UserId user) {
  TRY_ASSIGN(const auto deleted, write(tx, kDeleteMember, organization, user));
  return deleted > 0;
}

}  // namespace berth::store
