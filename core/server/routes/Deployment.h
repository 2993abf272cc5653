// What the deployment says about itself: build, regions, SSH settings, appearance, entitlements (rest-api.md 6.1
// to 6.4).
#pragma once

#include "core/server/http/Router.h"

namespace berth::server::routes {

Task<Answer> buildInfo(Call& call);
Task<Answer> updateCheck(Call& call);
Task<Answer> regions(Call& call);
Task<Answer> sshConfig(Call& call);
Task<Answer> deploymentConfig(Call& call);
Task<Answer> experiments(Call& call);
Task<Answer> availableExperiments(Call& call);
Task<Answer> appearance(Call& call);
Task<Answer> entitlements(Call& call);
Task<Answer> licenses(Call& call);
Task<Answer> applicationsHost(Call& call);
Task<Answer> cspReport(Call& call);
Task<Answer> watchDerpMap(Call& call);
Task<Answer> authCheck(Call& call);

}  // namespace berth::server::routes
