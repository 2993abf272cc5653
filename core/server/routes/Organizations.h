// Organizations and their members (reference/rest-api.md 3.1).
#pragma once

#include "core/server/http/Router.h"

namespace berth::server::routes {

Task<Answer> listOrganizations(Call& call);
Task<Answer> getOrganization(Call& call);
Task<Answer> listMembers(Call& call);
Task<Answer> listMembersByPage(Call& call);
Task<Answer> getMember(Call& call);
Task<Answer> addMember(Call& call);
Task<Answer> removeMember(Call& call);
Task<Answer> putMemberRoles(Call& call);
Task<Answer> listOrganizationRoles(Call& call);
Task<Answer> listAvailableOwners(Call& call);

}  // namespace berth::server::routes
