// Logs of a provisioner job: builds, imports and dry runs alike (reference/rest-api.md 3.10).
#pragma once

#include "core/server/http/Router.h"

namespace berth::server::routes {

// Answers ?after, ?follow and ?format for a job that the caller may read. With follow: the backlog, then live lines,
// closed with 1000 once the job is over; its final state is stored by then.
Task<Answer> serveJobLogs(Call& call, JobId job);

}  // namespace berth::server::routes
