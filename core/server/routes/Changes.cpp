#include "core/server/routes/Changes.h"

#include "core/provision/Worker.h"

namespace berth::server::routes {

void announceWorkspace(Services& services, const store::WorkspaceRecord& workspace) {
  services.events.publish(Topic::Workspace, workspace.id);
  services.events.publish(Topic::UserWorkspaces, workspace.ownerId);
}

void announceJob(Services& services, JobId job) {
  services.events.publish(Topic::Job, job);
  if (services.worker) services.worker->wake();
}

}  // namespace berth::server::routes
