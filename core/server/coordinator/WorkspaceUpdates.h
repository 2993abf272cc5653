// The WorkspaceUpdates stream: a user's workspaces and agents, first whole, then as differences (reference/tailnet.md
// 4.8). Coder Connect lives on it.
#pragma once

#include <map>

#include "core/base/Enums.h"
#include "core/rpc/DrpcServer.h"
#include "core/rpc/Proto.h"

namespace berth::store {
class Store;
}

namespace berth::server {

class Events;

struct WorkspaceSnapshot {
  struct Workspace {
    std::string name;
    WorkspaceStatus status = WorkspaceStatus::Unknown;
    bool operator==(const Workspace&) const = default;
  };
  struct Agent {
    std::string name;
    WorkspaceId workspace;
    bool operator==(const Agent&) const = default;
  };
  std::map<WorkspaceId, Workspace> workspaces;
  std::map<AgentId, Agent> agents;
};

// What a client that knows `from` must be told to know `to`.
rpc::tailnetpb::WorkspaceUpdate differenceOf(const WorkspaceSnapshot& from, const WorkspaceSnapshot& to);

// For a session of `user`, who sees only what is his.
void addWorkspaceUpdates(rpc::DrpcServer& server, store::Store& store, Events& events, UserId user);

// For a session on one agent: stock servers answer an empty update.
void addEmptyWorkspaceUpdates(rpc::DrpcServer& server);

// For an agent's session: ends at once.
void addNoWorkspaceUpdates(rpc::DrpcServer& server);

}  // namespace berth::server
