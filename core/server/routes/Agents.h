// Workspace agents as users see them (reference/rest-api.md 5.4 to 5.6).
#pragma once

#include "core/server/http/Router.h"

namespace berth::server::routes {

Task<Answer> getAgent(Call& call);
Task<Answer> agentConnectionInfo(Call& call);
Task<Answer> anyConnectionInfo(Call& call);
Task<Answer> agentLogs(Call& call);
Task<Answer> watchAgentMetadata(Call& call);
Task<Answer> watchAgentMetadataSocket(Call& call);

}  // namespace berth::server::routes
