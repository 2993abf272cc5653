// One agent's session, as the handlers of its calls see it. Private to agentrpc.
#pragma once

#include "core/server/Services.h"
#include "core/server/coordinator/RpcVersion.h"
#include "core/server/http/Actor.h"

namespace berth::server {

struct AgentContext {
  Services& services;
  AgentIdentity agent;
  RpcVersion version;

  WallTime now() const { return services.clock.wallNow(); }

  // Something that the API shows of the agent, and so of its workspace, has changed.
  void publishChange() const {
    services.events.publish(Topic::Agent, agent.agentId);
    services.events.publish(Topic::Workspace, agent.workspaceId);
    services.events.publish(Topic::UserWorkspaces, agent.ownerId);
  }
};

}  // namespace berth::server
