// The way from a workspace's name to a tunnel to its agent (reference/rest-api.md 7.6): find it, start it when stopped,
// wait for the build, choose the agent, wait for it and for its scripts, connect. Messages go to standard error.
#pragma once

#include "app/cli/Context.h"
#include "core/base/Random.h"
#include "tunnel/dialer/ClientTunnel.h"

namespace berth::cli {

struct AgentAccessOptions {
  std::string name = {};  // workspace[.agent] in any of its forms
  bool startsWorkspace = false;
  std::string waits = "no";  // yes, no, auto: for start-up scripts
};

struct AgentAccess {
  api::Workspace workspace;
  api::WorkspaceAgent agent;
};

Task<Result<AgentAccess>> prepareAgent(Context& context, client::Session& session, AgentAccessOptions options);

// Connected and answering. `rng` outlives the tunnel.
Task<Result<std::unique_ptr<tunnel::dialer::ClientTunnel>>> openTunnel(Context& context, client::Session& session,
                                                                       AgentId agent, Rng& rng);

}  // namespace berth::cli
