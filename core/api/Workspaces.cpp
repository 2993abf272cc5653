#include "core/api/Workspaces.h"

#include "core/api/detail/Codec.h"

namespace berth::api {
BERTH_API_CODEC(WorkspaceHealth);
BERTH_API_CODEC(SharedActor);
BERTH_API_CODEC(Workspace);
BERTH_API_CODEC(WorkspacesResponse);
BERTH_API_CODEC(CreateWorkspaceRequest);
BERTH_API_CODEC(UpdateWorkspaceRequest);
BERTH_API_CODEC(UpdateWorkspaceAutostartRequest);
BERTH_API_CODEC(UpdateWorkspaceTtlRequest);
BERTH_API_CODEC(PutExtendWorkspaceRequest);
BERTH_API_CODEC(UpdateWorkspaceDormancy);
BERTH_API_CODEC(UpdateWorkspaceAutomaticUpdatesRequest);
BERTH_API_CODEC(ResolveAutostartResponse);
BERTH_API_CODEC(PostWorkspaceUsageRequest);
BERTH_API_CODEC(PortShare);
BERTH_API_CODEC(PortShares);
BERTH_API_CODEC(ServerSentEvent);
}  // namespace berth::api
