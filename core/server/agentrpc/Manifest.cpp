#include "core/server/agentrpc/Manifest.h"

#include "core/server/agentrpc/AgentService.h"
#include "core/server/coordinator/DerpMapProto.h"
#include "core/store/Agents.h"
#include "core/store/Apps.h"
#include "core/store/Users.h"
#include "core/store/Workspaces.h"

namespace berth::server {

using namespace rpc::agentpb;

namespace {

WorkspaceApp::SharingLevel toProto(SharingLevel level) {
  switch (level) {
    case SharingLevel::Owner: return WorkspaceApp::OWNER;
    case SharingLevel::Authenticated: return WorkspaceApp::AUTHENTICATED;
    case SharingLevel::Organization: return WorkspaceApp::ORGANIZATION;
    case SharingLevel::Public: return WorkspaceApp::PUBLIC;
    case SharingLevel::Unknown: break;
  }
  return WorkspaceApp::OWNER;
}

WorkspaceApp::Health toProto(AppHealth health) {
  switch (health) {
    case AppHealth::Disabled: return WorkspaceApp::DISABLED;
    case AppHealth::Initializing: return WorkspaceApp::INITIALIZING;
    case AppHealth::Healthy: return WorkspaceApp::HEALTHY;
    case AppHealth::Unhealthy: return WorkspaceApp::UNHEALTHY;
    case AppHealth::Unknown: break;
  }
  return WorkspaceApp::DISABLED;
}

void fill(WorkspaceAgentScript& out, const store::AgentScriptRecord& script) {
  out.set_id(rpc::toWire(script.id.value));
  out.set_log_source_id(rpc::toWire(script.logSourceId.value));
  out.set_log_path(script.logPath);
  out.set_script(script.script);
  out.set_cron(script.cron);
  out.set_run_on_start(script.runOnStart);
  out.set_run_on_stop(script.runOnStop);
  out.set_start_blocks_login(script.startBlocksLogin);
  *out.mutable_timeout() = rpc::toDuration(std::chrono::seconds(script.timeoutSeconds));
}

void fill(WorkspaceApp& out, const store::AppRecord& app) {
  out.set_id(rpc::toWire(app.id.value));
  out.set_url(app.url);
  out.set_external(app.external);
  out.set_slug(app.slug);
  out.set_display_name(app.displayName);
  out.set_command(app.command);
  out.set_icon(app.icon);
  out.set_subdomain(app.subdomain);
  out.set_sharing_level(toProto(app.sharingLevel));
  auto& check = *out.mutable_healthcheck();
  check.set_url(app.healthcheckUrl);
  *check.mutable_interval() = rpc::toDuration(std::chrono::seconds(app.healthcheckInterval));
  check.set_threshold(static_cast<std::int32_t>(app.healthcheckThreshold));
  out.set_health(toProto(app.health));
  out.set_hidden(app.hidden);
}

// Seconds in the place of nanoseconds: both stock ends do so (7.3).
wire::Duration secondsAsNanos(std::int64_t seconds) { return rpc::toDuration(std::chrono::nanoseconds(seconds)); }

void fill(WorkspaceAgentMetadata::Description& out, const store::AgentMetadataRecord& item) {
  out.set_display_name(item.displayName);
  out.set_key(item.key);
  out.set_script(item.script);
  *out.mutable_interval() = secondsAsNanos(item.intervalSeconds);
  *out.mutable_timeout() = secondsAsNanos(item.timeoutSeconds);
}

void fill(WorkspaceAgentDevcontainer& out, const store::AgentDevcontainerRecord& devcontainer) {
  out.set_id(rpc::toWire(devcontainer.id));
  out.set_workspace_folder(devcontainer.workspaceFolder);
  out.set_config_path(devcontainer.configPath);
  out.set_name(devcontainer.name);
  if (devcontainer.subagentId) out.set_subagent_id(rpc::toWire(devcontainer.subagentId->value));
}

}  // namespace

Result<ManifestRecords> readManifestRecords(store::Transaction& tx, AgentId id) {
  ManifestRecords records;
  TRY_ASSIGN(records.agent, store::getAgent(tx, id));
  TRY_ASSIGN(auto workspace, store::findWorkspaceOfAgent(tx, id));
  if (!workspace) return fail(ErrorCode::NotFound, "the agent's workspace is gone");
  records.workspace = *std::move(workspace);
  TRY_ASSIGN(auto owner, store::getUser(tx, records.workspace.ownerId));
  records.ownerName = std::move(owner.username);
  TRY_ASSIGN(records.scripts, store::listAgentScripts(tx, id));
  TRY_ASSIGN(records.apps, store::listApps(tx, id));
  TRY_ASSIGN(records.metadata, store::listAgentMetadata(tx, id));
  TRY_ASSIGN(records.devcontainers, store::listAgentDevcontainers(tx, id));
  return records;
}

Manifest manifestOf(const ManifestRecords& records, const RelayAddress& relay) {
  Manifest manifest;
  manifest.set_agent_id(rpc::toWire(records.agent.id.value));
  manifest.set_agent_name(records.agent.name);
  if (records.agent.parentId) manifest.set_parent_id(rpc::toWire(records.agent.parentId->value));
  manifest.set_directory(records.agent.directory);
  manifest.set_motd_path(records.agent.motdFile);
  manifest.mutable_environment_variables()->insert(records.agent.environmentVariables.begin(),
                                                   records.agent.environmentVariables.end());
  manifest.set_owner_username(records.ownerName);
  manifest.set_workspace_id(rpc::toWire(records.workspace.id.value));
  manifest.set_workspace_name(records.workspace.name);
  *manifest.mutable_derp_map() = derpMapProto(relay);
  manifest.set_derp_force_websockets(relay.policy.forcesRelayWebSockets);
  manifest.set_disable_direct_connections(relay.policy.blocksDirectPaths);
  for (const auto& script : records.scripts) fill(*manifest.add_scripts(), script);
  for (const auto& app : records.apps) fill(*manifest.add_apps(), app);
  for (const auto& item : records.metadata) fill(*manifest.add_metadata(), item);
  for (const auto& devcontainer : records.devcontainers) fill(*manifest.add_devcontainers(), devcontainer);
  return manifest;
}

namespace {

Task<Result<Manifest>> getManifest(const AgentContext& context) {
  CO_TRY_ASSIGN(const auto records,
                co_await context.services.store.run([agent = context.agent.agentId](store::Transaction& tx) {
                  return readManifestRecords(tx, agent);
                }));
  co_return manifestOf(records, context.services.deployment.relay());
}

}  // namespace

void addManifestCalls(rpc::DrpcServer& server, const AgentContext& context) {
  server.addUnary<GetManifestRequest, Manifest>("/coder.agent.v2.Agent/GetManifest",
                                                [&context](GetManifestRequest) { return getManifest(context); });
  server.addUnary<GetAnnouncementBannersRequest, GetAnnouncementBannersResponse>(
      "/coder.agent.v2.Agent/GetAnnouncementBanners",
      [](GetAnnouncementBannersRequest) -> Task<Result<GetAnnouncementBannersResponse>> {
        co_return GetAnnouncementBannersResponse();
      });
  server.addUnary<GetServiceBannerRequest, ServiceBanner>(
      "/coder.agent.v2.Agent/GetServiceBanner",
      [](GetServiceBannerRequest) -> Task<Result<ServiceBanner>> { co_return ServiceBanner(); });
}

}  // namespace berth::server
