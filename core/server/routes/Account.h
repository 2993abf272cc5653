// The first user, signing in and out (reference/rest-api.md 2.1 to 2.3).
#pragma once

#include "core/server/http/Router.h"

namespace berth::server::routes {

Task<Answer> hasFirstUser(Call& call);
Task<Answer> createFirstUser(Call& call);
Task<Answer> authMethods(Call& call);
Task<Answer> login(Call& call);
Task<Answer> logout(Call& call);
Task<Answer> validatePassword(Call& call);
Task<Answer> requestOneTimePasscode(Call& call);
Task<Answer> getLoginType(Call& call);

}  // namespace berth::server::routes
