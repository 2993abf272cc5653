// The rows of the database as values: what query functions take and return, and all of the database that the rest of
// the program sees.
//
// Members are the columns in camelCase (`createdAt` is `created_at`); the description under each struct is what reads
// and writes rows (Sql.h). An empty std::optional is NULL. Times are UTC; an unset time that is not optional is
// kNoTime.
#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/Bytes.h"
#include "core/base/Clock.h"
#include "core/base/Enums.h"
#include "core/base/Ids.h"

namespace berth::store {

using TextMap = std::map<std::string, std::string>;

struct UserRecord {
  UserId id;
  std::string email, username, name, avatarUrl;
  std::string passwordHash;  // argon2id in its text form; empty: no password
  LoginType loginType = LoginType::Password;
  UserStatus status = UserStatus::Active;
  std::vector<std::string> roles;  // site roles, without the implicit member
  WallTime createdAt = kNoTime;
  WallTime updatedAt = kNoTime;
  WallTime lastSeenAt = kNoTime;
  TextMap appearance;  // theme_preference, terminal_font, ...
  bool deleted = false;
};
BOOST_DESCRIBE_STRUCT(UserRecord, (),
                      (id, email, username, name, avatarUrl, passwordHash, loginType, status, roles, createdAt,
                       updatedAt, lastSeenAt, appearance, deleted))

struct GitSshKeyRecord {
  UserId userId;
  WallTime createdAt = kNoTime;
  WallTime updatedAt = kNoTime;
  std::string privateKey, publicKey;
};
BOOST_DESCRIBE_STRUCT(GitSshKeyRecord, (), (userId, createdAt, updatedAt, privateKey, publicKey))

struct ApiKeyRecord {
  std::string id;      // ten characters (reference/rest-api.md 1.3)
  Bytes hashedSecret;  // SHA-256 of the secret half
  UserId userId;
  WallTime lastUsed = kNoTime;
  WallTime expiresAt = kNoTime;
  WallTime createdAt = kNoTime;
  WallTime updatedAt = kNoTime;
  LoginType loginType = LoginType::Password;
  std::vector<std::string> scopes;
  std::string tokenName;  // unique per user when not empty
  std::int64_t lifetimeSeconds = 0;
  std::string ipAddress;
  std::vector<std::string> allowList;
};
BOOST_DESCRIBE_STRUCT(ApiKeyRecord, (),
                      (id, hashedSecret, userId, lastUsed, expiresAt, createdAt, updatedAt, loginType, scopes,
                       tokenName, lifetimeSeconds, ipAddress, allowList))

struct OrganizationRecord {
  OrganizationId id;
  std::string name, displayName, description, icon;
  WallTime createdAt = kNoTime;
  WallTime updatedAt = kNoTime;
  bool isDefault = false;
  std::vector<std::string> defaultOrgMemberRoles;
};
BOOST_DESCRIBE_STRUCT(OrganizationRecord, (),
                      (id, name, displayName, description, icon, createdAt, updatedAt, isDefault,
                       defaultOrgMemberRoles))

struct OrganizationMemberRecord {
  UserId userId;
  OrganizationId organizationId;
  WallTime createdAt = kNoTime;
  WallTime updatedAt = kNoTime;
  std::vector<std::string> roles;
};
BOOST_DESCRIBE_STRUCT(OrganizationMemberRecord, (), (userId, organizationId, createdAt, updatedAt, roles))

struct FileRecord {
  FileId id;
  std::string hash;  // SHA-256 in hex; unique per creator
  UserId createdBy;
  WallTime createdAt = kNoTime;
  std::string mimetype;
  Bytes data;
};
BOOST_DESCRIBE_STRUCT(FileRecord, (), (id, hash, createdBy, createdAt, mimetype, data))

struct TemplateRecord {
  TemplateId id;
  WallTime createdAt = kNoTime;
  WallTime updatedAt = kNoTime;
  OrganizationId organizationId;
  bool deleted = false;
  std::string name, displayName, description, icon;
  std::string provisioner = "terraform";
  TemplateVersionId activeVersionId;
  UserId createdBy;
  std::int64_t defaultTtlMs = 0;
  std::int64_t activityBumpMs = 3'600'000;
  std::int64_t timeTilAutostopNotifyMs = 0;
  std::vector<std::string> autostopDaysOfWeek;
  std::int64_t autostopWeeks = 1;
  std::vector<std::string> autostartDaysOfWeek;
  bool allowUserAutostart = true;
  bool allowUserAutostop = true;
  bool allowUserCancelWorkspaceJobs = true;
  std::int64_t failureTtlMs = 0;
  std::int64_t timeTilDormantMs = 0;
  std::int64_t timeTilDormantAutodeleteMs = 0;
  bool requireActiveVersion = false;
  std::string deprecationMessage;
  SharingLevel maxPortShareLevel = SharingLevel::Public;
  CorsBehavior corsBehavior = CorsBehavior::Simple;
  bool useClassicParameterFlow = false;
  bool disableModuleCache = false;
};
BOOST_DESCRIBE_STRUCT(TemplateRecord, (),
                      (id, createdAt, updatedAt, organizationId, deleted, name, displayName, description, icon,
                       provisioner, activeVersionId, createdBy, defaultTtlMs, activityBumpMs, timeTilAutostopNotifyMs,
                       autostopDaysOfWeek, autostopWeeks, autostartDaysOfWeek, allowUserAutostart, allowUserAutostop,
                       allowUserCancelWorkspaceJobs, failureTtlMs, timeTilDormantMs, timeTilDormantAutodeleteMs,
                       requireActiveVersion, deprecationMessage, maxPortShareLevel, corsBehavior,
                       useClassicParameterFlow, disableModuleCache))

struct TemplateVersionRecord {
  TemplateVersionId id;
  std::optional<TemplateId> templateId;  // empty until a template takes it
  OrganizationId organizationId;
  WallTime createdAt = kNoTime;
  WallTime updatedAt = kNoTime;
  std::string name, message, readme;
  JobId jobId;
  UserId createdBy;
  bool archived = false;
  std::string externalAuthProviders;  // JSON list of {id, optional}; empty: none
  bool hasAiTask = false;
  bool hasExternalAgent = false;
  std::optional<FileId> modulesFileId;  // archive of the modules that init fetched
};
BOOST_DESCRIBE_STRUCT(TemplateVersionRecord, (),
                      (id, templateId, organizationId, createdAt, updatedAt, name, message, readme, jobId, createdBy,
                       archived, externalAuthProviders, hasAiTask, hasExternalAgent, modulesFileId))

struct ParameterOption {
  std::string name, description, value, icon;
};
BOOST_DESCRIBE_STRUCT(ParameterOption, (), (name, description, value, icon))

struct TemplateVersionParameterRecord {
  TemplateVersionId templateVersionId;
  std::int64_t position = 0;  // in the order of the import
  std::string name, displayName, description, icon, defaultValue;
  ParameterType type = ParameterType::String;
  std::string formType;
  bool isMutable = false;
  std::vector<ParameterOption> options;
  std::string validationError, validationRegex, validationMonotonic;
  std::optional<std::int64_t> validationMin, validationMax;
  bool required = false;
  std::int64_t displayOrder = 0;
  bool ephemeral = false;
  std::string styling;  // JSON object, or empty
};
BOOST_DESCRIBE_STRUCT(TemplateVersionParameterRecord, (),
                      (templateVersionId, position, name, displayName, description, icon, defaultValue, type, formType,
                       isMutable, options, validationError, validationRegex, validationMonotonic, validationMin,
                       validationMax, required, displayOrder, ephemeral, styling))

struct PresetRecord {
  PresetId id;
  TemplateVersionId templateVersionId;
  std::int64_t position = 0;
  std::string name, description, icon;
  bool isDefault = false;
  std::optional<std::int64_t> desiredPrebuildInstances;
};
BOOST_DESCRIBE_STRUCT(PresetRecord, (),
                      (id, templateVersionId, position, name, description, icon, isDefault, desiredPrebuildInstances))

struct PresetParameterRecord {
  PresetId presetId;
  std::string name, value;
};
BOOST_DESCRIBE_STRUCT(PresetParameterRecord, (), (presetId, name, value))

struct TemplateVersionVariableRecord {
  TemplateVersionId templateVersionId;
  std::int64_t position = 0;
  std::string name, description, type, value, defaultValue;
  bool required = false;
  bool sensitive = false;
};
BOOST_DESCRIBE_STRUCT(TemplateVersionVariableRecord, (),
                      (templateVersionId, position, name, description, type, value, defaultValue, required, sensitive))

struct NamedValue {
  std::string name, value;
};
BOOST_DESCRIBE_STRUCT(NamedValue, (), (name, value))

// What a job is about; kept as one JSON column.
struct JobInput {
  std::optional<TemplateVersionId> templateVersionId;  // import, dry run
  std::optional<BuildId> buildId;                      // workspace build
  std::string workspaceName;                           // dry run
  std::vector<NamedValue> richParameterValues;         // dry run
  std::vector<NamedValue> userVariableValues;          // import
  std::string logLevel;                                // "debug" or empty
};
BOOST_DESCRIBE_STRUCT(JobInput, (),
                      (templateVersionId, buildId, workspaceName, richParameterValues, userVariableValues, logLevel))

struct JobRecord {
  JobId id;
  WallTime createdAt = kNoTime;
  WallTime updatedAt = kNoTime;
  std::optional<WallTime> startedAt, completedAt, canceledAt;
  std::string error, errorCode;
  OrganizationId organizationId;
  UserId initiatorId;
  std::string provisioner = "terraform";
  JobType type = JobType::TemplateVersionImport;
  FileId fileId;
  JobInput input;
  TextMap tags;
  std::optional<WorkerId> workerId;
  std::int64_t logsLength = 0;  // bytes of output kept so far
  bool logsOverflowed = false;

  JobStatus status() const;  // reference/provisioning.md 3.2
  bool isActive() const { return !completedAt; }
};
BOOST_DESCRIBE_STRUCT(JobRecord, (),
                      (id, createdAt, updatedAt, startedAt, completedAt, canceledAt, error, errorCode, organizationId,
                       initiatorId, provisioner, type, fileId, input, tags, workerId, logsLength, logsOverflowed))

struct JobLogRecord {
  std::int64_t id = 0;  // grows over the whole table
  JobId jobId;
  WallTime createdAt = kNoTime;
  LogSource source = LogSource::Provisioner;
  LogLevel level = LogLevel::Info;
  std::string stage, output;
};
BOOST_DESCRIBE_STRUCT(JobLogRecord, (), (id, jobId, createdAt, source, level, stage, output))

struct JobTimingRecord {
  JobId jobId;
  WallTime startedAt = kNoTime;
  WallTime endedAt = kNoTime;
  std::string stage, source, action, resource;
};
BOOST_DESCRIBE_STRUCT(JobTimingRecord, (), (jobId, startedAt, endedAt, stage, source, action, resource))

// A worker that runs jobs, as the provisioner lists show it.
struct ProvisionerDaemonRecord {
  WorkerId id;
  OrganizationId organizationId;
  WallTime createdAt = kNoTime;
  std::optional<WallTime> lastSeenAt;
  std::string name, version, apiVersion;
  std::vector<std::string> provisioners;
  TextMap tags;
};
BOOST_DESCRIBE_STRUCT(ProvisionerDaemonRecord, (),
                      (id, organizationId, createdAt, lastSeenAt, name, version, apiVersion, provisioners, tags))

struct WorkspaceRecord {
  WorkspaceId id;
  WallTime createdAt = kNoTime;
  WallTime updatedAt = kNoTime;
  UserId ownerId;
  OrganizationId organizationId;
  TemplateId templateId;
  bool deleted = false;
  std::string name;
  std::string autostartSchedule;      // empty: none
  std::optional<std::int64_t> ttlMs;  // empty: never stops by itself
  WallTime lastUsedAt = kNoTime;
  std::optional<WallTime> dormantAt, deletingAt, nextStartAt;
  AutomaticUpdates automaticUpdates = AutomaticUpdates::Never;
  bool favorite = false;  // of the owner
};
BOOST_DESCRIBE_STRUCT(WorkspaceRecord, (),
                      (id, createdAt, updatedAt, ownerId, organizationId, templateId, deleted, name, autostartSchedule,
                       ttlMs, lastUsedAt, dormantAt, deletingAt, nextStartAt, automaticUpdates, favorite))

// Without the Terraform state, which is large: see Builds.h for it.
struct BuildRecord {
  BuildId id;
  WallTime createdAt = kNoTime;
  WallTime updatedAt = kNoTime;
  WorkspaceId workspaceId;
  TemplateVersionId templateVersionId;
  std::int64_t buildNumber = 0;
  Transition transition = Transition::Start;
  UserId initiatorId;
  JobId jobId;
  std::optional<WallTime> deadline, maxDeadline;
  std::string reason = "initiator";
  std::int64_t dailyCost = 0;
  std::optional<PresetId> presetId;
  std::optional<bool> hasAiTask, hasExternalAgent;  // empty until the job is done
};
BOOST_DESCRIBE_STRUCT(BuildRecord, (),
                      (id, createdAt, updatedAt, workspaceId, templateVersionId, buildNumber, transition, initiatorId,
                       jobId, deadline, maxDeadline, reason, dailyCost, presetId, hasAiTask, hasExternalAgent))

struct BuildParameterRecord {
  BuildId buildId;
  std::string name, value;
};
BOOST_DESCRIBE_STRUCT(BuildParameterRecord, (), (buildId, name, value))

struct ResourceRecord {
  ResourceId id;
  WallTime createdAt = kNoTime;
  JobId jobId;
  Transition transition = Transition::Start;
  std::string type, name, icon, instanceType, modulePath;
  bool hide = false;
  std::int64_t dailyCost = 0;
};
BOOST_DESCRIBE_STRUCT(ResourceRecord, (),
                      (id, createdAt, jobId, transition, type, name, icon, instanceType, modulePath, hide, dailyCost))

struct ResourceMetadataRecord {
  ResourceId resourceId;
  std::int64_t position = 0;
  std::string key, value;
  bool sensitive = false;
};
BOOST_DESCRIBE_STRUCT(ResourceMetadataRecord, (), (resourceId, position, key, value, sensitive))

struct AgentRecord {
  AgentId id;
  std::optional<AgentId> parentId;
  ResourceId resourceId;
  WallTime createdAt = kNoTime;
  WallTime updatedAt = kNoTime;
  bool deleted = false;
  std::string name;
  Uuid authToken;  // in clear: it stands in the Terraform state too, and lists of sub-agents give it back
  std::string instanceId, architecture, operatingSystem;
  std::string directory, expandedDirectory;
  TextMap environmentVariables;
  std::vector<DisplayApp> displayApps;
  std::int64_t displayOrder = 0;
  std::int64_t connectionTimeoutSeconds = 0;
  std::string troubleshootingUrl, motdFile;
  std::string apiKeyScope = "all";
  std::optional<WallTime> firstConnectedAt, lastConnectedAt, disconnectedAt;
  std::optional<WallTime> startedAt, readyAt;
  AgentLifecycle lifecycle = AgentLifecycle::Created;
  std::string version, apiVersion;
  std::vector<std::string> subsystems;
  std::int64_t logsLength = 0;
  bool logsOverflowed = false;
};
BOOST_DESCRIBE_STRUCT(AgentRecord, (),
                      (id, parentId, resourceId, createdAt, updatedAt, deleted, name, authToken, instanceId,
                       architecture, operatingSystem, directory, expandedDirectory, environmentVariables, displayApps,
                       displayOrder, connectionTimeoutSeconds, troubleshootingUrl, motdFile, apiKeyScope,
                       firstConnectedAt, lastConnectedAt, disconnectedAt, startedAt, readyAt, lifecycle, version,
                       apiVersion, subsystems, logsLength, logsOverflowed))

struct AgentScriptRecord {
  ScriptId id;
  AgentId agentId;
  std::int64_t position = 0;
  LogSourceId logSourceId;
  std::string logPath, script, cron, displayName;
  bool runOnStart = false;
  bool runOnStop = false;
  bool startBlocksLogin = false;
  std::int64_t timeoutSeconds = 0;
  std::optional<std::int64_t> exitCode;
  std::optional<ScriptStatus> status;
};
BOOST_DESCRIBE_STRUCT(AgentScriptRecord, (),
                      (id, agentId, position, logSourceId, logPath, script, cron, displayName, runOnStart, runOnStop,
                       startBlocksLogin, timeoutSeconds, exitCode, status))

struct AgentScriptTimingRecord {
  ScriptId scriptId;
  AgentId agentId;
  WallTime startedAt = kNoTime;
  WallTime endedAt = kNoTime;
  std::int64_t exitCode = 0;
  std::string stage;  // start, stop, cron
  ScriptStatus status = ScriptStatus::Ok;
};
BOOST_DESCRIBE_STRUCT(AgentScriptTimingRecord, (), (scriptId, agentId, startedAt, endedAt, exitCode, stage, status))

struct AgentLogSourceRecord {
  LogSourceId id;
  AgentId agentId;
  WallTime createdAt = kNoTime;
  std::string displayName, icon;
};
BOOST_DESCRIBE_STRUCT(AgentLogSourceRecord, (), (id, agentId, createdAt, displayName, icon))

struct AgentLogRecord {
  std::int64_t id = 0;  // grows over the whole table
  AgentId agentId;
  WallTime createdAt = kNoTime;
  std::string output;
  LogLevel level = LogLevel::Info;
  LogSourceId logSourceId;
};
BOOST_DESCRIBE_STRUCT(AgentLogRecord, (), (id, agentId, createdAt, output, level, logSourceId))

// A metadata item of an agent: what the template declared, and the last value collected.
struct AgentMetadataRecord {
  AgentId agentId;
  std::string key, displayName, script;
  std::int64_t intervalSeconds = 0;
  std::int64_t timeoutSeconds = 0;
  std::int64_t displayOrder = 0;
  std::string value, error;
  WallTime collectedAt = kNoTime;
};
BOOST_DESCRIBE_STRUCT(AgentMetadataRecord, (),
                      (agentId, key, displayName, script, intervalSeconds, timeoutSeconds, displayOrder, value, error,
                       collectedAt))

struct AgentDevcontainerRecord {
  Uuid id;
  AgentId agentId;
  std::string name, workspaceFolder, configPath;
  std::optional<AgentId> subagentId;
};
BOOST_DESCRIBE_STRUCT(AgentDevcontainerRecord, (), (id, agentId, name, workspaceFolder, configPath, subagentId))

// The last report of an agent.
struct AgentStatsRecord {
  AgentId agentId;
  WallTime reportedAt = kNoTime;
  std::map<std::string, std::int64_t> connectionsByProto;
  std::int64_t connectionCount = 0;
  double connectionMedianLatencyMs = -1;
  std::int64_t rxPackets = 0;
  std::int64_t rxBytes = 0;
  std::int64_t txPackets = 0;
  std::int64_t txBytes = 0;
  std::int64_t sessionCountVscode = 0;
  std::int64_t sessionCountJetbrains = 0;
  std::int64_t sessionCountReconnectingPty = 0;
  std::int64_t sessionCountSsh = 0;
};
BOOST_DESCRIBE_STRUCT(AgentStatsRecord, (),
                      (agentId, reportedAt, connectionsByProto, connectionCount, connectionMedianLatencyMs, rxPackets,
                       rxBytes, txPackets, txBytes, sessionCountVscode, sessionCountJetbrains,
                       sessionCountReconnectingPty, sessionCountSsh))

struct AgentConnectionRecord {
  Uuid id;  // the agent's id of the connection
  AgentId agentId;
  std::string type;  // ssh, vscode, jetbrains, reconnecting_pty
  std::string ip;
  WallTime connectedAt = kNoTime;
  std::optional<WallTime> disconnectedAt;
  std::optional<std::int64_t> exitCode;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(AgentConnectionRecord, (), (id, agentId, type, ip, connectedAt, disconnectedAt, exitCode, reason))

struct AppRecord {
  AppId id;
  AgentId agentId;
  WallTime createdAt = kNoTime;
  std::string slug, displayName, icon, command, url, displayGroup, tooltip;
  bool external = false;
  bool subdomain = false;
  SharingLevel sharingLevel = SharingLevel::Owner;
  std::string healthcheckUrl;
  std::int64_t healthcheckInterval = 0;  // seconds
  std::int64_t healthcheckThreshold = 0;
  AppHealth health = AppHealth::Disabled;
  std::int64_t displayOrder = 0;
  bool hidden = false;
  OpenIn openIn = OpenIn::SlimWindow;
};
BOOST_DESCRIBE_STRUCT(AppRecord, (),
                      (id, agentId, createdAt, slug, displayName, icon, command, url, displayGroup, tooltip, external,
                       subdomain, sharingLevel, healthcheckUrl, healthcheckInterval, healthcheckThreshold, health,
                       displayOrder, hidden, openIn))

struct AppStatusRecord {
  Uuid id;
  WallTime createdAt = kNoTime;
  WorkspaceId workspaceId;
  AgentId agentId;
  AppId appId;
  std::string state, message, uri;
};
BOOST_DESCRIBE_STRUCT(AppStatusRecord, (), (id, createdAt, workspaceId, agentId, appId, state, message, uri))

struct PortShareRecord {
  WorkspaceId workspaceId;
  std::string agentName;
  std::int64_t port = 0;
  SharingLevel shareLevel = SharingLevel::Owner;
  std::string protocol = "http";
};
BOOST_DESCRIBE_STRUCT(PortShareRecord, (), (workspaceId, agentName, port, shareLevel, protocol))

struct AuditLogRecord {
  Uuid id;
  RequestId requestId;
  WallTime time = kNoTime;
  std::optional<UserId> userId;
  std::optional<OrganizationId> organizationId;
  std::string ip, userAgent, resourceType;
  Uuid resourceId;
  std::string resourceTarget, resourceIcon, action;
  std::string diff = "{}";  // JSON object
  std::int64_t statusCode = 0;
  std::string additionalFields = "{}";  // JSON object
};
BOOST_DESCRIBE_STRUCT(AuditLogRecord, (),
                      (id, requestId, time, userId, organizationId, ip, userAgent, resourceType, resourceId,
                       resourceTarget, resourceIcon, action, diff, statusCode, additionalFields))

}  // namespace berth::store
