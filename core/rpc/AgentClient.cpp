#include "core/rpc/AgentClient.h"

namespace berth::rpc {

namespace {

// The answers that say nothing but "done".
Result<void> done(const auto& response) {
  if (!response) return fail(response.error());
  return {};
}

}  // namespace

Task<Result<agentpb::Manifest>> AgentClient::getManifest() {
  co_return co_await m_client.unary<agentpb::Manifest>("/coder.agent.v2.Agent/GetManifest",
                                                       agentpb::GetManifestRequest());
}

Task<Result<agentpb::ServiceBanner>> AgentClient::getServiceBanner() {
  co_return co_await m_client.unary<agentpb::ServiceBanner>("/coder.agent.v2.Agent/GetServiceBanner",
                                                            agentpb::GetServiceBannerRequest());
}

Task<Result<agentpb::GetAnnouncementBannersResponse>> AgentClient::getAnnouncementBanners() {
  co_return co_await m_client.unary<agentpb::GetAnnouncementBannersResponse>(
      "/coder.agent.v2.Agent/GetAnnouncementBanners", agentpb::GetAnnouncementBannersRequest());
}

Task<Result<agentpb::UpdateStatsResponse>> AgentClient::updateStats(std::optional<agentpb::Stats> stats) {
  agentpb::UpdateStatsRequest request;
  if (stats) *request.mutable_stats() = *std::move(stats);
  co_return co_await m_client.unary<agentpb::UpdateStatsResponse>("/coder.agent.v2.Agent/UpdateStats", request);
}

Task<Result<agentpb::Lifecycle>> AgentClient::updateLifecycle(agentpb::Lifecycle lifecycle) {
  agentpb::UpdateLifecycleRequest request;
  *request.mutable_lifecycle() = std::move(lifecycle);
  co_return co_await m_client.unary<agentpb::Lifecycle>("/coder.agent.v2.Agent/UpdateLifecycle", request);
}

Task<Result<agentpb::Startup>> AgentClient::updateStartup(agentpb::Startup startup) {
  agentpb::UpdateStartupRequest request;
  *request.mutable_startup() = std::move(startup);
  co_return co_await m_client.unary<agentpb::Startup>("/coder.agent.v2.Agent/UpdateStartup", request);
}

Task<Result<void>> AgentClient::batchUpdateAppHealths(agentpb::BatchUpdateAppHealthRequest request) {
  co_return done(co_await m_client.unary<agentpb::BatchUpdateAppHealthResponse>(
      "/coder.agent.v2.Agent/BatchUpdateAppHealths", request));
}

Task<Result<void>> AgentClient::batchUpdateMetadata(agentpb::BatchUpdateMetadataRequest request) {
  for (auto& entry : *request.mutable_metadata()) entry.mutable_result();
  co_return done(co_await m_client.unary<agentpb::BatchUpdateMetadataResponse>(
      "/coder.agent.v2.Agent/BatchUpdateMetadata", request));
}

Task<Result<agentpb::BatchCreateLogsResponse>> AgentClient::batchCreateLogs(agentpb::BatchCreateLogsRequest request) {
  co_return co_await m_client.unary<agentpb::BatchCreateLogsResponse>("/coder.agent.v2.Agent/BatchCreateLogs", request);
}

Task<Result<void>> AgentClient::scriptCompleted(agentpb::Timing timing) {
  agentpb::WorkspaceAgentScriptCompletedRequest request;
  *request.mutable_timing() = std::move(timing);
  co_return done(co_await m_client.unary<agentpb::WorkspaceAgentScriptCompletedResponse>(
      "/coder.agent.v2.Agent/ScriptCompleted", request));
}

Task<Result<agentpb::GetResourcesMonitoringConfigurationResponse>> AgentClient::getResourcesMonitoringConfiguration() {
  co_return co_await m_client.unary<agentpb::GetResourcesMonitoringConfigurationResponse>(
      "/coder.agent.v2.Agent/GetResourcesMonitoringConfiguration",
      agentpb::GetResourcesMonitoringConfigurationRequest());
}

Task<Result<void>> AgentClient::pushResourcesMonitoringUsage(agentpb::PushResourcesMonitoringUsageRequest request) {
  co_return done(co_await m_client.unary<agentpb::PushResourcesMonitoringUsageResponse>(
      "/coder.agent.v2.Agent/PushResourcesMonitoringUsage", request));
}

Task<Result<void>> AgentClient::reportConnection(agentpb::Connection connection) {
  agentpb::ReportConnectionRequest request;
  *request.mutable_connection() = std::move(connection);
  co_return done(co_await m_client.unary<wire::Empty>("/coder.agent.v2.Agent/ReportConnection", request));
}

Task<Result<agentpb::PushContextStateResponse>> AgentClient::pushContextState(
    agentpb::PushContextStateRequest request) {
  co_return co_await m_client.unary<agentpb::PushContextStateResponse>("/coder.agent.v2.Agent/PushContextState",
                                                                       request);
}

Task<Result<void>> AgentClient::updateAppStatus(agentpb::UpdateAppStatusRequest request) {
  co_return done(
      co_await m_client.unary<agentpb::UpdateAppStatusResponse>("/coder.agent.v2.Agent/UpdateAppStatus", request));
}

}  // namespace berth::rpc
