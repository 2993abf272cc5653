// Workers and their jobs (reference/rest-api.md 6.7).
#pragma once

#include "core/server/http/Router.h"

namespace berth::server::routes {

Task<Answer> listProvisionerDaemons(Call& call);
Task<Answer> listProvisionerJobs(Call& call);
Task<Answer> getProvisionerJob(Call& call);

}  // namespace berth::server::routes
