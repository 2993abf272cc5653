#include "core/api/Builds.h"

#include "core/api/detail/Codec.h"

namespace berth::api {
BERTH_API_CODEC(WorkspaceBuild);
BERTH_API_CODEC(FollowUpBuild);
BERTH_API_CODEC(CreateWorkspaceBuildRequest);
BERTH_API_CODEC(ProvisionerTiming);
BERTH_API_CODEC(AgentScriptTiming);
BERTH_API_CODEC(AgentConnectionTiming);
BERTH_API_CODEC(WorkspaceBuildTimings);
BERTH_API_CODEC(UpdateBuildStateRequest);
}  // namespace berth::api
