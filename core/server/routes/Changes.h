// Telling the rest of the server what a handler has changed, after it was stored.
#pragma once

#include "core/server/Services.h"
#include "core/store/Records.h"

namespace berth::server::routes {

void announceWorkspace(Services& services, const store::WorkspaceRecord& workspace);

// A job was inserted: whoever watches its owner hears of it, and the worker looks at its queue.
void announceJob(Services& services, JobId job);

}  // namespace berth::server::routes
