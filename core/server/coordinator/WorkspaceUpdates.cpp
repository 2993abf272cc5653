#include "core/server/coordinator/WorkspaceUpdates.h"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "core/server/Events.h"
#include "core/server/workspaces/Status.h"
#include "core/store/Agents.h"
#include "core/store/Builds.h"
#include "core/store/Jobs.h"
#include "core/store/Store.h"
#include "core/store/Workspaces.h"

namespace berth::server {

using rpc::tailnetpb::WorkspaceUpdate;
using rpc::tailnetpb::WorkspaceUpdatesRequest;

namespace {

constexpr auto kName = "/coder.tailnet.v2.Tailnet/WorkspaceUpdates";
constexpr std::chrono::minutes kLookAgainAfter{5};

rpc::tailnetpb::Workspace_Status toProto(WorkspaceStatus status) {
  using rpc::tailnetpb::Workspace;
  switch (status) {
    case WorkspaceStatus::Pending: return Workspace::PENDING;
    case WorkspaceStatus::Starting: return Workspace::STARTING;
    case WorkspaceStatus::Running: return Workspace::RUNNING;
    case WorkspaceStatus::Stopping: return Workspace::STOPPING;
    case WorkspaceStatus::Stopped: return Workspace::STOPPED;
    case WorkspaceStatus::Failed: return Workspace::FAILED;
    case WorkspaceStatus::Canceling: return Workspace::CANCELING;
    case WorkspaceStatus::Canceled: return Workspace::CANCELED;
    case WorkspaceStatus::Deleting: return Workspace::DELETING;
    case WorkspaceStatus::Deleted: return Workspace::DELETED;
    case WorkspaceStatus::Unknown: return Workspace::UNKNOWN;
  }
  return Workspace::UNKNOWN;
}

void fill(rpc::tailnetpb::Workspace& out, const WorkspaceId& id, const WorkspaceSnapshot::Workspace& workspace) {
  out.set_id(rpc::toWire(id.value));
  out.set_name(workspace.name);
  out.set_status(toProto(workspace.status));
}

void fill(rpc::tailnetpb::Agent& out, const AgentId& id, const WorkspaceSnapshot::Agent& agent) {
  out.set_id(rpc::toWire(id.value));
  out.set_name(agent.name);
  out.set_workspace_id(rpc::toWire(agent.workspace.value));
}

// What is new or changed in `to` goes to `upserted`, what is missing in it to `deleted`.
template <typename Id, typename Value, typename List>
void compare(const std::map<Id, Value>& from, const std::map<Id, Value>& to, List& upserted, List& deleted) {
  for (const auto& [id, value] : to)
    if (const auto known = from.find(id); known == from.end() || known->second != value)
      fill(*upserted.Add(), id, value);
  for (const auto& [id, value] : from)
    if (!to.contains(id)) fill(*deleted.Add(), id, value);
}

Result<WorkspaceSnapshot> readSnapshot(store::Transaction& tx, const UserId& owner) {
  WorkspaceSnapshot snapshot;
  TRY_ASSIGN(const auto workspaces, store::listWorkspacesOfOwner(tx, owner));
  for (const auto& workspace : workspaces) {
    TRY_ASSIGN(const auto build, store::findLatestBuild(tx, workspace.id));
    if (!build) continue;
    TRY_ASSIGN(const auto job, store::getJob(tx, build->jobId));
    snapshot.workspaces.emplace(
        workspace.id, WorkspaceSnapshot::Workspace{workspace.name, workspaceStatusOf(build->transition, job.status())});
    TRY_ASSIGN(const auto agents, store::listCurrentAgents(tx, workspace.id));
    for (const auto& agent : agents)
      snapshot.agents.emplace(agent.id, WorkspaceSnapshot::Agent{agent.name, workspace.id});
  }
  return snapshot;
}

Task<Result<void>> sendChanges(rpc::DrpcCall& call, store::Store& store, Events::Subscription& changes, UserId owner) {
  WorkspaceSnapshot known;
  bool isFirst = true;
  while (true) {
    CO_TRY_ASSIGN(auto current,
                  co_await store.run([owner](store::Transaction& tx) { return readSnapshot(tx, owner); }));
    const auto update = differenceOf(known, current);
    if (std::exchange(isFirst, false) || update.ByteSizeLong() > 0) CO_TRY(co_await call.send(update));
    known = std::move(current);
    CO_TRY(co_await changes.wait(kLookAgainAfter));
  }
}

Task<Result<void>> streamUpdates(rpc::DrpcCall& call, store::Store& store, Events& events, UserId user) {
  using asio::experimental::awaitable_operators::operator||;
  CO_TRY_ASSIGN(const auto request, co_await call.receive<WorkspaceUpdatesRequest>());
  if (rpc::uuidFromWire(request.workspace_owner_id()) != user.value)
    co_return fail(ErrorCode::PermissionDenied, "only the updates of one's own workspaces can be watched");
  const auto changes = events.subscribe({subject(Topic::UserWorkspaces, user)});
  auto outcome = co_await (sendChanges(call, store, *changes, user) || call.ended());
  if (auto* failed = std::get_if<0>(&outcome)) co_return std::move(*failed);
  co_return Result<void>();
}

}  // namespace

WorkspaceUpdate differenceOf(const WorkspaceSnapshot& from, const WorkspaceSnapshot& to) {
  WorkspaceUpdate update;
  compare(from.workspaces, to.workspaces, *update.mutable_upserted_workspaces(), *update.mutable_deleted_workspaces());
  compare(from.agents, to.agents, *update.mutable_upserted_agents(), *update.mutable_deleted_agents());
  return update;
}

void addWorkspaceUpdates(rpc::DrpcServer& server, store::Store& store, Events& events, UserId user) {
  server.addStream(kName,
                   [&store, &events, user](rpc::DrpcCall& call) { return streamUpdates(call, store, events, user); });
}

void addEmptyWorkspaceUpdates(rpc::DrpcServer& server) {
  server.addStream(kName, [](rpc::DrpcCall& call) -> Task<Result<void>> {
    CO_TRY(co_await call.receive<WorkspaceUpdatesRequest>());
    CO_TRY(co_await call.send(WorkspaceUpdate()));
    co_await call.ended();
    co_return Result<void>();
  });
}

void addNoWorkspaceUpdates(rpc::DrpcServer& server) {
  server.addStream(kName, [](rpc::DrpcCall& call) { return call.finish(); });
}

}  // namespace berth::server
