// The Agent service as a workspace agent calls it (reference/tailnet.md 7.2). Which failures end the agent's session
// is for the caller to decide (7.1).
#pragma once

#include "core/rpc/DrpcClient.h"
#include "core/rpc/Proto.h"

namespace berth::rpc {

class AgentClient {
 public:
  explicit AgentClient(std::shared_ptr<YamuxSession> session) : m_client(std::move(session)) {}

  Task<Result<agentpb::Manifest>> getManifest();
  Task<Result<agentpb::ServiceBanner>> getServiceBanner();
  Task<Result<agentpb::GetAnnouncementBannersResponse>> getAnnouncementBanners();

  // Without stats: asks for the report interval only.
  Task<Result<agentpb::UpdateStatsResponse>> updateStats(std::optional<agentpb::Stats> stats);

  Task<Result<agentpb::Lifecycle>> updateLifecycle(agentpb::Lifecycle lifecycle);
  // startup.version must be "vX.Y.Z".
  Task<Result<agentpb::Startup>> updateStartup(agentpb::Startup startup);
  Task<Result<void>> batchUpdateAppHealths(agentpb::BatchUpdateAppHealthRequest request);
  // Every entry gets a `result`, empty where it has none: stock servers crash without.
  Task<Result<void>> batchUpdateMetadata(agentpb::BatchUpdateMetadataRequest request);
  Task<Result<agentpb::BatchCreateLogsResponse>> batchCreateLogs(agentpb::BatchCreateLogsRequest request);
  Task<Result<void>> scriptCompleted(agentpb::Timing timing);
  Task<Result<agentpb::GetResourcesMonitoringConfigurationResponse>> getResourcesMonitoringConfiguration();
  Task<Result<void>> pushResourcesMonitoringUsage(agentpb::PushResourcesMonitoringUsageRequest request);
  Task<Result<void>> reportConnection(agentpb::Connection connection);
  Task<Result<agentpb::PushContextStateResponse>> pushContextState(agentpb::PushContextStateRequest request);
  Task<Result<void>> updateAppStatus(agentpb::UpdateAppStatusRequest request);

 private:
  DrpcClient m_client;
};

}  // namespace berth::rpc
