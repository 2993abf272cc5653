#include "core/server/workspaces/View.h"

#include <algorithm>
#include <limits>

#include "core/server/workspaces/Status.h"
#include "core/store/Agents.h"
#include "core/store/Apps.h"
#include "core/store/Builds.h"
#include "core/store/Jobs.h"
#include "core/store/Organizations.h"
#include "core/store/Resources.h"
#include "core/store/Templates.h"
#include "core/store/Users.h"

namespace berth::server {

namespace {

using store::Transaction;

// A daemon that was not heard of for this long takes no jobs (reference/provisioning.md 3.3).
constexpr std::chrono::seconds kDaemonGoneAfter{90};
constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

api::AppStatus toApi(const store::AppStatusRecord& status) {
  api::AppStatus out;
  out.id = status.id;
  out.created_at = status.createdAt;
  out.workspace_id = status.workspaceId;
  out.agent_id = status.agentId;
  out.app_id = status.appId;
  out.state = status.state;
  out.message = status.message;
  out.uri = status.uri;
  return out;
}

Result<api::WorkspaceApp> readApp(Transaction& tx, const store::AppRecord& app, const ViewContext& context) {
  api::WorkspaceApp out;
  out.id = app.id;
  out.url = api::omitEmpty(app.url);
  out.external = app.external;
  out.slug = app.slug;
  out.display_name = api::omitEmpty(app.displayName);
  out.command = api::omitEmpty(app.command);
  out.icon = api::omitEmpty(app.icon);
  out.subdomain = app.subdomain;
  if (app.subdomain && !context.workspaceName.empty())
    out.subdomain_name = std::format("{}--{}--{}", app.slug, context.workspaceName, context.ownerName);
  out.sharing_level = app.sharingLevel;
  out.healthcheck = {app.healthcheckUrl, app.healthcheckInterval, app.healthcheckThreshold};
  out.health = app.health;
  out.group = api::omitEmpty(app.displayGroup);
  out.hidden = app.hidden;
  out.open_in = app.openIn;
  out.tooltip = api::omitEmpty(app.tooltip);
  TRY_ASSIGN(const auto statuses, store::listAppStatuses(tx, app.id));
  for (const auto& status : statuses) out.statuses.push_back(toApi(status));
  return out;
}

api::WorkspaceAgentScript toApi(const store::AgentScriptRecord& script) {
  api::WorkspaceAgentScript out;
  out.id = script.id;
  out.log_source_id = script.logSourceId;
  out.log_path = script.logPath;
  out.script = script.script;
  out.cron = script.cron;
  out.run_on_start = script.runOnStart;
  out.run_on_stop = script.runOnStop;
  out.start_blocks_login = script.startBlocksLogin;
  out.timeout = script.timeoutSeconds * kNanosecondsPerSecond;
  out.display_name = script.displayName;
  out.exit_code = script.exitCode;
  out.status = script.status;
  return out;
}

// What is in the row itself; lists that hang on it come after.
api::WorkspaceAgent toApi(const store::AgentRecord& agent, WallTime now) {
  const auto connection =
      agentConnectionOf({agent.createdAt, agent.firstConnectedAt, agent.lastConnectedAt, agent.disconnectedAt,
                         std::chrono::seconds(agent.connectionTimeoutSeconds)},
                        now);
  api::WorkspaceAgent out;
  out.id = agent.id;
  if (agent.parentId) out.parent_id = *agent.parentId;
  out.created_at = agent.createdAt;
  out.updated_at = agent.updatedAt;
  out.first_connected_at = agent.firstConnectedAt;
  out.last_connected_at = agent.lastConnectedAt;
  out.disconnected_at = connection.disconnectedAt;
  out.started_at = agent.startedAt;
  out.ready_at = agent.readyAt;
  out.status = connection.status;
  out.lifecycle_state = agent.lifecycle;
  out.name = agent.name;
  out.resource_id = agent.resourceId;
  out.instance_id = api::omitEmpty(agent.instanceId);
  out.architecture = agent.architecture;
  out.environment_variables = agent.environmentVariables;
  out.operating_system = agent.operatingSystem;
  out.logs_length = agent.logsLength;
  out.logs_overflowed = agent.logsOverflowed;
  out.directory = api::omitEmpty(agent.directory);
  out.expanded_directory = api::omitEmpty(agent.expandedDirectory);
  out.version = agent.version;
  out.api_version = agent.apiVersion;
  out.connection_timeout_seconds = agent.connectionTimeoutSeconds;
  out.troubleshooting_url = agent.troubleshootingUrl;
  out.subsystems = agent.subsystems;
  out.health.reason = agentProblem(connection.status, agent.lifecycle);
  out.health.healthy = !out.health.reason;
  out.display_apps = agent.displayApps;
  return out;
}

std::int64_t orderOf(const std::vector<store::AgentRecord>& agents) {
  std::int64_t lowest = std::numeric_limits<std::int64_t>::max();
  for (const auto& agent : agents) lowest = std::min(lowest, agent.displayOrder);
  return lowest;
}

api::WorkspaceHealth healthOf(const std::vector<api::WorkspaceResource>& resources) {
  api::WorkspaceHealth health;
  for (const auto& resource : resources) {
    if (!resource.agents) continue;
    for (const auto& agent : *resource.agents)
      if (!agent.health.healthy && !agent.parent_id) health.failing_agents.push_back(agent.id);
  }
  health.healthy = health.failing_agents.empty();
  return health;
}

Result<std::string> usernameOf(Transaction& tx, UserId id) {
  TRY_ASSIGN(const auto user, store::findUser(tx, id));
  return user ? user->username : std::string();
}

}  // namespace

Result<api::ProvisionerJob> readJob(Transaction& tx, const store::JobRecord& job) {
  api::ProvisionerJob out;
  out.id = job.id;
  out.created_at = job.createdAt;
  out.started_at = job.startedAt;
  out.completed_at = job.completedAt;
  out.canceled_at = job.canceledAt;
  out.error = api::omitEmpty(job.error);
  out.error_code = api::omitEmpty(job.errorCode);
  out.status = job.status();
  out.worker_id = job.workerId;
  out.file_id = job.fileId;
  out.tags = job.tags;
  out.organization_id = job.organizationId;
  out.initiator_id = job.initiatorId;
  out.input.template_version_id = job.input.templateVersionId;
  out.input.workspace_build_id = job.input.buildId;
  out.type = job.type;
  out.logs_overflowed = job.logsOverflowed;
  if (out.status == JobStatus::Pending) {
    TRY_ASSIGN(const auto queue, store::getQueuePosition(tx, job));
    out.queue_position = queue.position;
    out.queue_size = queue.size;
  }
  return out;
}

api::ProvisionerJobLog toApi(const store::JobLogRecord& log) {
  return {log.id, log.createdAt, log.source, log.level, log.stage, log.output};
}

api::WorkspaceAgentLog toApi(const store::AgentLogRecord& log) {
  return {log.id, log.createdAt, log.output, log.level, log.logSourceId};
}

api::WorkspaceAgentMetadata toApi(const store::AgentMetadataRecord& metadata, WallTime now) {
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(now - metadata.collectedAt);
  return {{metadata.collectedAt, age.count(), metadata.value, metadata.error},
          {metadata.displayName, metadata.key, metadata.script, metadata.intervalSeconds, metadata.timeoutSeconds}};
}

Result<api::MatchedProvisioners> readMatchedProvisioners(Transaction& tx, OrganizationId organization, WallTime now) {
  api::MatchedProvisioners out;
  TRY_ASSIGN(const auto daemons, store::listProvisionerDaemons(tx, organization));
  for (const auto& daemon : daemons) {
    ++out.count;
    if (!daemon.lastSeenAt) continue;
    if (now - *daemon.lastSeenAt <= kDaemonGoneAfter) ++out.available;
    if (!out.most_recently_seen || *out.most_recently_seen < *daemon.lastSeenAt)
      out.most_recently_seen = *daemon.lastSeenAt;
  }
  return out;
}

Result<api::WorkspaceAgent> readAgent(Transaction& tx, const store::AgentRecord& agent, const ViewContext& context) {
  auto out = toApi(agent, context.now);
  TRY_ASSIGN(const auto apps, store::listApps(tx, agent.id));
  for (const auto& app : apps) {
    TRY_ASSIGN(auto view, readApp(tx, app, context));
    out.apps.push_back(std::move(view));
  }
  TRY_ASSIGN(const auto sources, store::listAgentLogSources(tx, agent.id));
  for (const auto& source : sources)
    out.log_sources.push_back({source.agentId, source.id, source.createdAt, source.displayName, source.icon});
  TRY_ASSIGN(const auto scripts, store::listAgentScripts(tx, agent.id));
  bool isBlocking = false;
  for (const auto& script : scripts) {
    isBlocking = isBlocking || (script.runOnStart && script.startBlocksLogin);
    out.scripts.push_back(toApi(script));
  }
  out.startup_script_behavior = isBlocking ? "blocking" : "non-blocking";
  return out;
}

Result<std::vector<api::WorkspaceResource>> readResources(Transaction& tx, JobId job, const ViewContext& context) {
  TRY_ASSIGN(const auto resources, store::listResources(tx, job));
  TRY_ASSIGN(const auto metadata, store::listResourceMetadata(tx, job));
  TRY_ASSIGN(const auto agents, store::listAgentsOfJob(tx, job));

  std::vector<std::pair<std::int64_t, api::WorkspaceResource>> ordered;
  for (const auto& resource : resources) {
    api::WorkspaceResource out;
    out.id = resource.id;
    out.created_at = resource.createdAt;
    out.job_id = resource.jobId;
    out.workspace_transition = resource.transition;
    out.type = resource.type;
    out.name = resource.name;
    out.hide = resource.hide;
    out.icon = resource.icon;
    out.daily_cost = resource.dailyCost;

    std::vector<api::WorkspaceResourceMetadata> items;
    for (const auto& item : metadata)
      if (item.resourceId == resource.id) items.push_back({item.key, item.value, item.sensitive});
    out.metadata = api::omitEmpty(std::move(items));

    std::vector<store::AgentRecord> own;
    std::ranges::copy_if(agents, std::back_inserter(own),
                         [&](const auto& agent) { return agent.resourceId == resource.id; });
    std::vector<api::WorkspaceAgent> views;
    for (const auto& agent : own) {
      TRY_ASSIGN(auto view, readAgent(tx, agent, context));
      views.push_back(std::move(view));
    }
    out.agents = api::omitEmpty(std::move(views));
    ordered.emplace_back(orderOf(own), std::move(out));
  }
  std::ranges::stable_sort(ordered, {}, [](const auto& entry) { return std::tie(entry.first, entry.second.name); });
  std::vector<api::WorkspaceResource> out;
  for (auto& [order, resource] : ordered) out.push_back(std::move(resource));
  return out;
}

Result<api::WorkspaceBuild> readBuild(Transaction& tx, const store::BuildRecord& build,
                                      const store::WorkspaceRecord& workspace, ViewContext context) {
  api::WorkspaceBuild out;
  out.id = build.id;
  out.created_at = build.createdAt;
  out.updated_at = build.updatedAt;
  out.workspace_id = build.workspaceId;
  out.workspace_name = workspace.name;
  out.workspace_owner_id = workspace.ownerId;
  TRY_ASSIGN(const auto owner, store::findUser(tx, workspace.ownerId));
  if (owner) {
    out.workspace_owner_name = owner->username;
    out.workspace_owner_avatar_url = api::omitEmpty(owner->avatarUrl);
  }
  out.template_version_id = build.templateVersionId;
  TRY_ASSIGN(const auto version, store::findTemplateVersion(tx, build.templateVersionId));
  if (version) out.template_version_name = version->name;
  out.build_number = build.buildNumber;
  out.transition = build.transition;
  out.initiator_id = build.initiatorId;
  TRY_ASSIGN(out.initiator_name, usernameOf(tx, build.initiatorId));
  TRY_ASSIGN(const auto job, store::getJob(tx, build.jobId));
  TRY_ASSIGN(out.job, readJob(tx, job));
  out.reason = build.reason;
  context.workspaceName = workspace.name;
  context.ownerName = out.workspace_owner_name;
  TRY_ASSIGN(out.resources, readResources(tx, build.jobId, context));
  if (build.deadline) out.deadline = *build.deadline;
  if (build.maxDeadline) out.max_deadline = *build.maxDeadline;
  out.status = workspaceStatusOf(build.transition, out.job.status);
  out.daily_cost = build.dailyCost;
  out.matched_provisioners.emplace();
  if (out.job.status == JobStatus::Pending) {
    TRY_ASSIGN(out.matched_provisioners, readMatchedProvisioners(tx, workspace.organizationId, context.now));
  }
  if (build.presetId) out.template_version_preset_id = *build.presetId;
  out.has_ai_task = build.hasAiTask;
  out.has_external_agent = build.hasExternalAgent;
  return out;
}

Result<api::Workspace> readWorkspace(Transaction& tx, const store::WorkspaceRecord& workspace,
                                     const ViewContext& context) {
  api::Workspace out;
  out.id = workspace.id;
  out.created_at = workspace.createdAt;
  out.updated_at = workspace.updatedAt;
  out.owner_id = workspace.ownerId;
  out.organization_id = workspace.organizationId;
  TRY_ASSIGN(const auto organization, store::findOrganization(tx, workspace.organizationId));
  if (organization) out.organization_name = organization->name;
  TRY_ASSIGN(const auto record, store::getTemplate(tx, workspace.templateId));
  out.template_id = record.id;
  out.template_name = record.name;
  out.template_display_name = record.displayName;
  out.template_icon = record.icon;
  out.template_allow_user_cancel_workspace_jobs = record.allowUserCancelWorkspaceJobs;
  out.template_active_version_id = record.activeVersionId;
  out.template_require_active_version = record.requireActiveVersion;
  out.template_use_classic_parameter_flow = record.useClassicParameterFlow;
  TRY_ASSIGN(const auto build, store::findLatestBuild(tx, workspace.id));
  if (!build) return fail(ErrorCode::Internal, std::format("workspace {} has no build", workspace.id.toString()));
  TRY_ASSIGN(out.latest_build, readBuild(tx, *build, workspace, context));
  out.owner_name = out.latest_build.workspace_owner_name;
  out.owner_avatar_url = out.latest_build.workspace_owner_avatar_url.value_or("");
  TRY_ASSIGN(const auto status, store::findLatestAppStatus(tx, workspace.id));
  if (status) out.latest_app_status = toApi(*status);
  out.outdated = build->templateVersionId != record.activeVersionId;
  out.name = workspace.name;
  out.autostart_schedule = api::omitEmpty(workspace.autostartSchedule);
  out.ttl_ms = workspace.ttlMs;
  if (!record.allowUserAutostop)
    out.ttl_ms = record.defaultTtlMs > 0 ? std::optional(record.defaultTtlMs) : std::nullopt;
  out.last_used_at = workspace.lastUsedAt;
  if (workspace.deletingAt) out.deleting_at = *workspace.deletingAt;
  if (workspace.dormantAt) out.dormant_at = *workspace.dormantAt;
  out.health = healthOf(out.latest_build.resources);
  out.automatic_updates = workspace.automaticUpdates;
  out.favorite = workspace.favorite && context.viewer == workspace.ownerId;
  if (workspace.nextStartAt) out.next_start_at = *workspace.nextStartAt;
  return out;
}

}  // namespace berth::server
