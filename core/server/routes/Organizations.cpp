#include "core/server/routes/Organizations.h"

#include <algorithm>

#include "core/server/Services.h"
#include "core/server/auth/Users.h"
#include "core/server/http/Reply.h"
#include "core/server/http/Transactions.h"
#include "core/server/routes/UserView.h"
#include "core/server/workspaces/Access.h"
#include "core/store/Organizations.h"
#include "core/store/Users.h"

namespace berth::server::routes {

namespace {

using store::Transaction;
using Members = std::vector<api::OrganizationMemberWithUserData>;

ApiResult<Members> readMembers(Transaction& tx, const Actor& actor, std::string_view organizationName) {
  TRY_ASSIGN(const auto organization, organizationNamed(tx, organizationName));
  TRY(authorize(actor, Action::Read, {ObjectKind::OrganizationMember, {}}));
  TRY_ASSIGN(const auto records, store::listOrganizationMembers(tx, organization.id));
  Members members;
  for (const auto& record : records) {
    TRY_ASSIGN(const auto user, store::findUser(tx, record.userId));
    if (user) members.push_back(memberView(record, *user));
  }
  return members;
}

struct Membership {
  store::OrganizationRecord organization;
  store::UserRecord user;
  std::optional<store::OrganizationMemberRecord> record;
};

ApiResult<Membership> membershipOf(Transaction& tx, const Actor& actor, std::string_view organizationName,
                                   std::string_view userName, Action action) {
  Membership found;
  TRY_ASSIGN(found.organization, organizationNamed(tx, organizationName));
  TRY_ASSIGN(found.user, userNamed(tx, actor, userName));
  TRY(authorize(actor, action, {ObjectKind::OrganizationMember, found.user.id}));
  TRY_ASSIGN(found.record, store::findOrganizationMember(tx, found.organization.id, found.user.id));
  return found;
}

api::OrganizationMember bareView(const store::OrganizationMemberRecord& member) {
  return {.user_id = member.userId,
          .organization_id = member.organizationId,
          .created_at = member.createdAt,
          .updated_at = member.updatedAt,
          .roles = slimRoles(member.roles, member.organizationId)};
}

}  // namespace

Task<Answer> listOrganizations(Call& call) {
  CO_TRY_ASSIGN(const auto records,
                co_await call.services.store.run([](Transaction& tx) { return store::listOrganizations(tx); }));
  std::vector<api::Organization> organizations;
  for (const auto& record : records) organizations.push_back(organizationView(record));
  co_return jsonResponse(200, organizations);
}

Task<Answer> getOrganization(Call& call) {
  CO_TRY_ASSIGN(const auto organization,
                co_await inTransaction(call.services.store, [name = call.param("organization")](Transaction& tx) {
                  return organizationNamed(tx, name);
                }));
  co_return jsonResponse(200, organizationView(organization));
}

Task<Answer> listMembers(Call& call) {
  CO_TRY_ASSIGN(
      const auto members,
      co_await inTransaction(call.services.store, [actor = call.user(), name = call.param("organization")](
                                                      Transaction& tx) { return readMembers(tx, actor, name); }));
  co_return jsonResponse(200, members);
}

Task<Answer> listMembersByPage(Call& call) {
  CO_TRY_ASSIGN(const auto limit, call.numberQuery("limit", 0));
  CO_TRY_ASSIGN(const auto offset, call.numberQuery("offset", 0));
  CO_TRY_ASSIGN(auto members, co_await inTransaction(call.services.store,
                                                     [actor = call.user(), name = call.param("organization")](
                                                         Transaction& tx) { return readMembers(tx, actor, name); }));
  api::PaginatedMembersResponse page{.members = {}, .count = std::ssize(members)};
  for (std::int64_t i = offset; i < page.count && (limit == 0 || i - offset < limit); ++i)
    page.members.push_back(std::move(members[static_cast<std::size_t>(i)]));
  co_return jsonResponse(200, page);
}

Task<Answer> getMember(Call& call) {
  CO_TRY_ASSIGN(const auto found,
                co_await inTransaction(call.services.store, [actor = call.user(), name = call.param("organization"),
                                                             user = call.param("user")](Transaction& tx) {
                  return membershipOf(tx, actor, name, user, Action::Read);
                }));
  if (!found.record) co_return apiFail(ApiError::notFound());
  co_return jsonResponse(200, memberView(*found.record, found.user));
}

Task<Answer> addMember(Call& call) {
  CO_TRY_ASSIGN(
      const auto member,
      co_await inTransaction(
          call.services.store,
          [actor = call.user(), name = call.param("organization"), user = call.param("user"),
           now = call.services.clock.wallNow()](Transaction& tx) -> ApiResult<store::OrganizationMemberRecord> {
            TRY_ASSIGN(const auto found, membershipOf(tx, actor, name, user, Action::Create));
            if (found.record) return apiFail(400, "User is already an organization member");
            const store::OrganizationMemberRecord record{.userId = found.user.id,
                                                         .organizationId = found.organization.id,
                                                         .createdAt = now,
                                                         .updatedAt = now,
                                                         .roles = {}};
            TRY(store::insertOrganizationMember(tx, record));
            return record;
          }));
  co_return jsonResponse(200, bareView(member));
}

Task<Answer> removeMember(Call& call) {
  CO_TRY(co_await inTransaction(call.services.store,
                                [actor = call.user(), name = call.param("organization"),
                                 user = call.param("user")](Transaction& tx) -> ApiResult<void> {
                                  TRY_ASSIGN(const auto found, membershipOf(tx, actor, name, user, Action::Delete));
                                  if (!found.record) return apiFail(ApiError::notFound());
                                  if (found.user.id == actor.userId)
                                    return apiFail(400, "cannot remove self from an organization");
                                  TRY(store::deleteOrganizationMember(tx, found.organization.id, found.user.id));
                                  return {};
                                }));
  co_return noContent();
}

Task<Answer> putMemberRoles(Call& call) {
  CO_TRY_ASSIGN(auto request, readJson<api::UpdateRolesRequest>(call));
  for (const auto& role : request.roles)
    if (std::ranges::find(organizationRoles(), role, &RoleInfo::name) == organizationRoles().end())
      co_return apiFail(400, std::format("\"{}\" is not an organization role.", role));
  CO_TRY_ASSIGN(
      const auto member,
      co_await inTransaction(call.services.store,
                             [actor = call.user(), name = call.param("organization"), user = call.param("user"),
                              request = std::move(request), now = call.services.clock.wallNow()](
                                 Transaction& tx) -> ApiResult<store::OrganizationMemberRecord> {
                               TRY_ASSIGN(auto found, membershipOf(tx, actor, name, user, Action::Update));
                               if (!found.record) return apiFail(ApiError::notFound());
                               if (found.user.id == actor.userId)
                                 return apiFail(400, "You cannot change your own organization roles.");
                               found.record->roles = request.roles;
                               found.record->updatedAt = now;
                               TRY(store::updateOrganizationMemberRoles(tx, *found.record));
                               return *found.record;
                             }));
  co_return jsonResponse(200, bareView(member));
}

Task<Answer> listOrganizationRoles(Call& call) {
  CO_TRY_ASSIGN(const auto organization,
                co_await inTransaction(call.services.store, [name = call.param("organization")](Transaction& tx) {
                  return organizationNamed(tx, name);
                }));
  std::vector<api::AssignableRole> roles;
  for (const auto& role : organizationRoles()) {
    api::AssignableRole view;
    view.name = role.name;
    view.display_name = role.displayName;
    view.organization_id = organization.id;
    view.assignable = call.user().isOwner();
    view.built_in = true;
    roles.push_back(std::move(view));
  }
  co_return jsonResponse(200, roles);
}

// Whom the caller may make workspaces for: owners for everybody, others for themselves.
Task<Answer> listAvailableOwners(Call& call) {
  CO_TRY_ASSIGN(
      const auto members,
      co_await inTransaction(call.services.store, [actor = call.user(), name = call.param("organization")](
                                                      Transaction& tx) { return readMembers(tx, actor, name); }));
  std::vector<api::MinimalUser> users;
  for (const auto& member : members)
    if (isAllowed(call.user(), Action::Create, {ObjectKind::Workspace, member.user_id}))
      users.push_back(
          {.id = member.user_id, .username = member.username, .name = member.name, .avatar_url = member.avatar_url});
  co_return jsonResponse(200, users);
}

}  // namespace berth::server::routes
