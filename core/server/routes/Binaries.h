// /bin/: agent and command line binaries (reference/rest-api.md 1.13).
#pragma once

#include "core/server/http/Router.h"

namespace berth::server::routes {

Task<Answer> listBinaries(Call& call);
Task<Answer> serveBinary(Call& call);

}  // namespace berth::server::routes
