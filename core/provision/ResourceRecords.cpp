#include "core/provision/ResourceRecords.h"

#include "core/store/Agents.h"
#include "core/store/Apps.h"
#include "core/store/Resources.h"

namespace berth::provision {

namespace {

Result<Uuid> tokenOf(const Agent& agent) {
  if (agent.token.empty()) return Uuid::random();
  if (const auto token = Uuid::parse(agent.token)) return *token;
  return fail(ErrorCode::InvalidInput,
              std::format("agent \"{}\": invalid auth token format; must be uuid", agent.name));
}

Result<store::AgentRecord> recordOf(const Agent& agent, ResourceId resource, WallTime now) {
  store::AgentRecord record;
  record.id = AgentId::random();
  record.resourceId = resource;
  record.createdAt = record.updatedAt = now;
  record.name = agent.name;
  TRY_ASSIGN(record.authToken, tokenOf(agent));
  record.instanceId = agent.instanceId;
  record.architecture = agent.architecture;
  record.operatingSystem = agent.operatingSystem;
  record.directory = agent.directory;
  record.environmentVariables = agent.environment;
  for (const auto& app : agent.displayApps) record.displayApps.push_back(enumFromText<DisplayApp>(app));
  record.displayOrder = agent.order;
  record.connectionTimeoutSeconds = agent.connectionTimeoutSeconds;
  record.troubleshootingUrl = agent.troubleshootingUrl;
  record.motdFile = agent.motdFile;
  if (!agent.apiKeyScope.empty()) record.apiKeyScope = agent.apiKeyScope;
  return record;
}

store::AppRecord recordOf(const App& app, AgentId agent, WallTime now) {
  store::AppRecord record;
  record.id = AppId::parse(app.id).value_or(AppId{});
  if (record.id.isNil()) record.id = AppId::random();
  record.agentId = agent;
  record.createdAt = now;
  record.slug = app.slug;
  record.displayName = app.displayName;
  record.icon = app.icon;
  record.command = app.command;
  record.url = app.url;
  record.displayGroup = app.group;
  record.tooltip = app.tooltip;
  record.external = app.isExternal;
  record.subdomain = app.isSubdomain;
  record.sharingLevel = enumFromText<SharingLevel>(app.sharingLevel);
  record.healthcheckUrl = app.healthcheckUrl;
  record.healthcheckInterval = app.healthcheckIntervalSeconds;
  record.healthcheckThreshold = app.healthcheckThreshold;
  record.health = app.healthcheckUrl.empty() ? AppHealth::Disabled : AppHealth::Initializing;
  record.displayOrder = app.order;
  record.hidden = app.isHidden;
  record.openIn = enumFromText<OpenIn>(app.openIn);
  return record;
}

Result<void> insertScript(store::Transaction& tx, const Script& script, AgentId agent, std::int64_t position,
                          WallTime now) {
  store::AgentScriptRecord record;
  record.id = ScriptId::random();
  record.agentId = agent;
  record.position = position;
  record.logSourceId = LogSourceId::random();
  record.logPath = script.logPath;
  record.script = script.script;
  record.cron = script.cron;
  record.displayName = script.displayName;
  record.runOnStart = script.runOnStart;
  record.runOnStop = script.runOnStop;
  record.startBlocksLogin = script.startBlocksLogin;
  record.timeoutSeconds = script.timeoutSeconds;
  TRY(store::putAgentLogSource(tx, {record.logSourceId, agent, now, script.displayName, script.icon}));
  return store::insertAgentScript(tx, record);
}

Result<void> insertAgentParts(store::Transaction& tx, const Agent& agent, AgentId id, WallTime now) {
  for (const auto& metadata : agent.metadata) {
    store::AgentMetadataRecord record;
    record.agentId = id;
    record.key = metadata.key;
    record.displayName = metadata.displayName;
    record.script = metadata.script;
    record.intervalSeconds = metadata.intervalSeconds;
    record.timeoutSeconds = metadata.timeoutSeconds;
    record.displayOrder = metadata.order;
    TRY(store::insertAgentMetadata(tx, record));
  }
  std::int64_t position = 0;
  for (const auto& script : agent.scripts) TRY(insertScript(tx, script, id, position++, now));
  for (const auto& app : agent.apps) TRY(store::putApp(tx, recordOf(app, id, now)));
  return {};
}

store::ResourceRecord recordOf(const Resource& resource, JobId job, Transition transition, WallTime now) {
  store::ResourceRecord record;
  record.id = ResourceId::random();
  record.createdAt = now;
  record.jobId = job;
  record.transition = transition;
  record.type = resource.type;
  record.name = resource.name;
  record.icon = resource.icon;
  record.instanceType = resource.instanceType;
  record.modulePath = resource.modulePath;
  record.hide = resource.isHidden;
  record.dailyCost = resource.dailyCost;
  return record;
}

}  // namespace

Result<void> insertResources(store::Transaction& tx, JobId job, Transition transition,
                             const std::vector<Resource>& resources, WallTime now) {
  for (const auto& resource : resources) {
    const auto record = recordOf(resource, job, transition, now);
    TRY(store::insertResource(tx, record));
    std::int64_t position = 0;
    for (const auto& item : resource.metadata)
      TRY(store::insertResourceMetadata(tx, {record.id, position++, item.key, item.value, item.isSensitive}));
    for (const auto& agent : resource.agents) {
      TRY_ASSIGN(const auto agentRecord, recordOf(agent, record.id, now));
      TRY(store::insertAgent(tx, agentRecord));
      TRY(insertAgentParts(tx, agent, agentRecord.id, now));
    }
  }
  return {};
}

}  // namespace berth::provision
