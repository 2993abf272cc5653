// Parameters as a form, evaluated for given inputs (reference/rest-api.md 3.9, provisioning.md 6.5).
#pragma once

#include "core/server/http/Router.h"

namespace berth::server::routes {

Task<Answer> watchDynamicParameters(Call& call);
Task<Answer> evaluateDynamicParameters(Call& call);

}  // namespace berth::server::routes
