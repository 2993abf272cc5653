// Which organization a command means (reference/rest-api.md 7.1, point 6).
#pragma once

#include "app/cli/Context.h"

namespace berth::cli {

// `wanted` (a name or id) or the only one; InvalidInput lists them when there are several.
Task<Result<api::Organization>> chooseOrganization(client::Session& session, std::string wanted);

}  // namespace berth::cli
