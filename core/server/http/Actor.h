// Who asks: the outcome of authentication.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/Ids.h"

namespace berth::server {

// A signed-in user, by one of his API keys.
struct Actor {
  UserId userId;
  std::string username;
  std::vector<std::string> roles;   // site roles, bare names ("owner"); the implicit "member" is not listed
  std::string keyId;                // the part before the dash of the key that was presented
  std::vector<std::string> scopes;  // canonical, for example "coder:all"

  bool hasRole(std::string_view role) const;
  bool isOwner() const { return hasRole("owner"); }
  // Keys of other scopes are for connecting to applications (reference/rest-api.md 2.8). "all" is an old spelling.
  bool mayUseApi() const;
};

// A workspace agent, by its token. Only the latest build's agents get this far.
struct AgentIdentity {
  AgentId agentId;
  std::string agentName;
  WorkspaceId workspaceId;
  BuildId buildId;
  UserId ownerId;
};

}  // namespace berth::server
