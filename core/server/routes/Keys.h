// Sessions keys and tokens of users (reference/rest-api.md 2.8).
#pragma once

#include "core/server/http/Router.h"

namespace berth::server::routes {

Task<Answer> createKey(Call& call);
Task<Answer> createToken(Call& call);
Task<Answer> listTokens(Call& call);
Task<Answer> getTokenConfig(Call& call);
Task<Answer> getTokenByName(Call& call);
Task<Answer> getKey(Call& call);
Task<Answer> deleteKey(Call& call);
Task<Answer> expireKey(Call& call);
Task<Answer> listScopes(Call& call);

}  // namespace berth::server::routes
