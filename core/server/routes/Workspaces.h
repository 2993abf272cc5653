// Workspaces (reference/rest-api.md 4.1 to 4.7).
#pragma once

#include "core/server/http/Router.h"

namespace berth::server::routes {

Task<Answer> listWorkspaces(Call& call);
Task<Answer> createWorkspace(Call& call);
Task<Answer> getWorkspace(Call& call);
Task<Answer> getWorkspaceByName(Call& call);
Task<Answer> renameWorkspace(Call& call);
Task<Answer> resolveAutostart(Call& call);
Task<Answer> postUsage(Call& call);
Task<Answer> listPortShares(Call& call);
Task<Answer> putPortShare(Call& call);
Task<Answer> deletePortShare(Call& call);

}  // namespace berth::server::routes
