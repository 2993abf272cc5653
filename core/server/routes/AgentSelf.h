// What agents do over REST with their own token (reference/rest-api.md 5.11); the rest of their life is the RPC.
#pragma once

#include "core/server/http/Router.h"

namespace berth::server::routes {

Task<Answer> patchAgentLogs(Call& call);
Task<Answer> postAgentLogSource(Call& call);
Task<Answer> agentGitSshKey(Call& call);

}  // namespace berth::server::routes
