// Workspace builds (reference/rest-api.md 4.9).
#pragma once

#include "core/server/http/Router.h"

namespace berth::server::routes {

Task<Answer> createBuild(Call& call);
Task<Answer> listBuilds(Call& call);
Task<Answer> getBuild(Call& call);
Task<Answer> getBuildByNumber(Call& call);
Task<Answer> cancelBuild(Call& call);
Task<Answer> buildParameters(Call& call);
Task<Answer> buildResources(Call& call);
Task<Answer> buildLogs(Call& call);
Task<Answer> buildState(Call& call);
Task<Answer> putBuildState(Call& call);
Task<Answer> buildTimings(Call& call);
Task<Answer> workspaceTimings(Call& call);

}  // namespace berth::server::routes
