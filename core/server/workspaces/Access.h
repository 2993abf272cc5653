// Finding what a request names, with the authorisation asked along the way. For use inside transactions.
#pragma once

#include <string_view>

#include "core/server/http/Authorization.h"
#include "core/store/Records.h"
#include "core/store/Store.h"

namespace berth::server {

// `{user}` of a path: "me", a UUID or a username.
ApiResult<store::UserRecord> userNamed(store::Transaction& tx, const Actor& actor, std::string_view text);

// 404 when there is none or the actor may not read it, 403 when he may read it but not do `action`.
ApiResult<store::WorkspaceRecord> workspaceFor(store::Transaction& tx, const Actor& actor, WorkspaceId id,
                                               Action action);

struct BuildOfWorkspace {
  store::BuildRecord build;
  store::WorkspaceRecord workspace;
};
ApiResult<BuildOfWorkspace> buildFor(store::Transaction& tx, const Actor& actor, BuildId id, Action action);

struct AgentOfWorkspace {
  store::AgentRecord agent;
  store::WorkspaceRecord workspace;
};
ApiResult<AgentOfWorkspace> agentFor(store::Transaction& tx, const Actor& actor, AgentId id, Action action);

}  // namespace berth::server
