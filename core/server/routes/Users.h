// Users and what belongs to one (reference/rest-api.md 2.7).
#pragma once

#include "core/server/http/Router.h"

namespace berth::server::routes {

Task<Answer> listUsers(Call& call);
Task<Answer> createUser(Call& call);
Task<Answer> getUser(Call& call);
Task<Answer> deleteUser(Call& call);
Task<Answer> putProfile(Call& call);
Task<Answer> suspendUser(Call& call);
Task<Answer> activateUser(Call& call);
Task<Answer> getUserAppearance(Call& call);
Task<Answer> putUserAppearance(Call& call);
Task<Answer> putPassword(Call& call);
Task<Answer> getUserRoles(Call& call);
Task<Answer> putUserRoles(Call& call);
Task<Answer> listSiteRoles(Call& call);
Task<Answer> listUserOrganizations(Call& call);
Task<Answer> getUserOrganization(Call& call);
Task<Answer> getGitSshKey(Call& call);
Task<Answer> regenerateGitSshKey(Call& call);
Task<Answer> getAutofillParameters(Call& call);

}  // namespace berth::server::routes
