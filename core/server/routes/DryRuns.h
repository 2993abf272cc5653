// Dry runs of a template version (reference/rest-api.md 3.4, provisioning.md 1.9).
#pragma once

#include "core/server/http/Router.h"

namespace berth::server::routes {

Task<Answer> createDryRun(Call& call);
Task<Answer> getDryRun(Call& call);
Task<Answer> getDryRunResources(Call& call);
Task<Answer> getDryRunLogs(Call& call);
Task<Answer> getDryRunMatchedProvisioners(Call& call);
Task<Answer> cancelDryRun(Call& call);

}  // namespace berth::server::routes
