#include "core/api/Agents.h"

#include "core/api/detail/Codec.h"

namespace berth::api {
BERTH_API_CODEC(AppStatus);
BERTH_API_CODEC(AppHealthcheck);
BERTH_API_CODEC(WorkspaceApp);
BERTH_API_CODEC(AgentHealth);
BERTH_API_CODEC(DerpRegionLatency);
BERTH_API_CODEC(WorkspaceAgentLogSource);
BERTH_API_CODEC(WorkspaceAgentScript);
BERTH_API_CODEC(WorkspaceAgent);
BERTH_API_CODEC(WorkspaceResourceMetadata);
BERTH_API_CODEC(WorkspaceResource);
BERTH_API_CODEC(WorkspaceAgentLog);
BERTH_API_CODEC(WorkspaceAgentListeningPort);
BERTH_API_CODEC(WorkspaceAgentListeningPortsResponse);
BERTH_API_CODEC(WorkspaceAgentMetadataResult);
BERTH_API_CODEC(WorkspaceAgentMetadataDescription);
BERTH_API_CODEC(WorkspaceAgentMetadata);
BERTH_API_CODEC(AgentLogEntry);
BERTH_API_CODEC(PatchAgentLogsRequest);
BERTH_API_CODEC(PostLogSourceRequest);
BERTH_API_CODEC(AgentGitSshKey);
BERTH_API_CODEC(DerpNode);
BERTH_API_CODEC(DerpRegion);
BERTH_API_CODEC(DerpMap);
BERTH_API_CODEC(AgentConnectionInfo);
}  // namespace berth::api
