// Uploaded archives (reference/rest-api.md 3.5).
#pragma once

#include "core/server/http/Router.h"

namespace berth::server::routes {

Task<Answer> uploadFile(Call& call);
Task<Answer> downloadFile(Call& call);

}  // namespace berth::server::routes
