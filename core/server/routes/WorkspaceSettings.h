// What a workspace's owner sets: schedule, time to live, favourite, dormancy (reference/rest-api.md 4.4, 4.6, 4.7).
#pragma once

#include "core/server/http/Router.h"

namespace berth::server::routes {

Task<Answer> putAutostart(Call& call);
Task<Answer> putTtl(Call& call);
Task<Answer> putExtend(Call& call);
Task<Answer> putDormant(Call& call);
Task<Answer> putAutoupdates(Call& call);
Task<Answer> putFavorite(Call& call);
Task<Answer> deleteFavorite(Call& call);

}  // namespace berth::server::routes
