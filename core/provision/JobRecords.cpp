#include "core/provision/JobRecords.h"

#include "core/base/Random.h"
#include "core/provision/Files.h"
#include "core/provision/JsonAccess.h"
#include "core/provision/ResourceRecords.h"
#include "core/store/Agents.h"
#include "core/store/ApiKeys.h"
#include "core/store/Builds.h"
#include "core/store/Files.h"
#include "core/store/Jobs.h"
#include "core/store/Templates.h"
#include "core/store/Users.h"
#include "core/store/Workspaces.h"

namespace berth::provision {

namespace {

constexpr std::size_t kKeyIdLength = 10;
constexpr std::size_t kKeySecretLength = 22;
constexpr auto kSessionLifetime = std::chrono::days(30);
constexpr std::string_view kEveryone = "Everyone";

// Written from outside once; later code looks at it as text.
std::string textOf(const Bytes& bytes) { return std::string(asText(bytes)); }

void fillOwner(WorkspaceEnvironment& environment, const store::UserRecord& owner) {
  environment.ownerId = owner.id.toString();
  environment.ownerName = owner.username;
  environment.ownerFullName = owner.name;
  environment.ownerEmail = owner.email;
  environment.ownerLoginType = toString(owner.loginType);
  environment.ownerRoles = owner.roles;
  environment.ownerGroups = {std::string(kEveryone)};
}

// CODER_WORKSPACE_OWNER_SESSION_TOKEN: one per workspace, anew at each start.
Result<std::string> renewSessionToken(store::Transaction& tx, const store::UserRecord& owner, WorkspaceId workspace,
                                      Transition transition, WallTime now) {
  const std::string name = std::format("{}_{}_session_token", owner.id.toString(), workspace.toString());
  TRY(store::deleteApiKeyByName(tx, owner.id, name));
  if (transition != Transition::Start) return std::string();
  const std::string secret = randomAlphanumeric(kKeySecretLength);
  store::ApiKeyRecord key;
  key.id = randomAlphanumeric(kKeyIdLength);
  const auto hash = parseHex(sha256Hex(secret));
  key.hashedSecret = *hash;
  key.userId = owner.id;
  key.lastUsed = key.createdAt = key.updatedAt = now;
  key.expiresAt = now + kSessionLifetime;
  key.lifetimeSeconds = std::chrono::duration_cast<std::chrono::seconds>(kSessionLifetime).count();
  key.loginType = LoginType::Token;
  key.scopes = {"coder:all"};
  key.allowList = {"*:*"};
  key.tokenName = name;
  TRY(store::insertApiKey(tx, key));
  return std::format("{}-{}", key.id, secret);
}

Result<store::TextMap> parametersOf(store::Transaction& tx, BuildId build) {
  store::TextMap values;
  TRY_ASSIGN(const auto parameters, store::listBuildParameters(tx, build));
  for (const auto& parameter : parameters) values[parameter.name] = parameter.value;
  return values;
}

Result<store::TextMap> parametersBefore(store::Transaction& tx, const store::BuildRecord& build) {
  TRY_ASSIGN(const auto previous, store::findBuildByNumber(tx, build.workspaceId, build.buildNumber - 1));
  if (!previous) return store::TextMap();
  return parametersOf(tx, previous->id);
}

store::TemplateVersionParameterRecord recordOf(const Parameter& parameter, TemplateVersionId version,
                                               std::int64_t position) {
  store::TemplateVersionParameterRecord record;
  record.templateVersionId = version;
  record.position = position;
  record.name = parameter.name;
  record.displayName = parameter.displayName;
  record.description = parameter.description;
  record.icon = parameter.icon;
  record.defaultValue = parameter.defaultValue;
  record.type = enumFromText<ParameterType>(parameter.type);
  record.formType = parameter.formType;
  record.isMutable = parameter.isMutable;
  for (const auto& option : parameter.options)
    record.options.push_back({option.name, option.description, option.value, option.icon});
  record.validationError = parameter.validationError;
  record.validationRegex = parameter.validationRegex;
  record.validationMonotonic = parameter.validationMonotonic;
  record.validationMin = parameter.validationMin;
  record.validationMax = parameter.validationMax;
  record.required = parameter.isRequired;
  record.displayOrder = parameter.order;
  record.ephemeral = parameter.isEphemeral;
  record.styling = parameter.styling;
  return record;
}

Result<void> insertPresets(store::Transaction& tx, TemplateVersionId version, const std::vector<Preset>& presets) {
  std::int64_t position = 0;
  for (const auto& preset : presets) {
    store::PresetRecord record;
    record.id = PresetId::random();
    record.templateVersionId = version;
    record.position = position++;
    record.name = preset.name;
    record.description = preset.description;
    record.icon = preset.icon;
    record.isDefault = preset.isDefault;
    std::vector<store::PresetParameterRecord> parameters;
    for (const auto& [name, value] : preset.parameters) parameters.push_back({record.id, name, value});
    TRY(store::insertPreset(tx, record, parameters));
  }
  return {};
}

// 7.3: counted from the end of the build.
std::optional<WallTime> deadlineOf(const store::WorkspaceRecord& workspace, Transition transition, WallTime now) {
  if (transition != Transition::Start || !workspace.ttlMs || *workspace.ttlMs <= 0) return std::nullopt;
  return now + std::chrono::milliseconds(*workspace.ttlMs);
}

}  // namespace

Result<std::vector<ArchiveEntry>> loadFiles(store::Transaction& tx, FileId id) {
  TRY_ASSIGN(const auto file, store::findFile(tx, id));
  if (!file) return fail(ErrorCode::NotFound, std::format("the template's file {} is gone", id.toString()));
  return readArchive(file->data, file->mimetype.contains("zip") ? ArchiveFormat::Zip : ArchiveFormat::Tar);
}

Result<BuildInput> loadBuild(store::Transaction& tx, const store::JobRecord& job, const std::string& accessUrl,
                             WallTime now) {
  if (!job.input.buildId) return fail(ErrorCode::Internal, "the job names no build");
  BuildInput input;
  TRY_ASSIGN(input.build, store::getBuild(tx, *job.input.buildId));
  TRY_ASSIGN(const auto workspace, store::getWorkspace(tx, input.build.workspaceId));
  TRY_ASSIGN(const auto owner, store::getUser(tx, workspace.ownerId));
  TRY_ASSIGN(const auto version, store::getTemplateVersion(tx, input.build.templateVersionId));
  TRY_ASSIGN(const auto usedTemplate, store::getTemplate(tx, workspace.templateId));
  TRY_ASSIGN(input.files, loadFiles(tx, job.fileId));
  TRY_ASSIGN(const auto state, store::getBuildState(tx, input.build.id));
  input.state = textOf(state);
  TRY_ASSIGN(input.parameters, parametersOf(tx, input.build.id));
  TRY_ASSIGN(input.previousParameters, parametersBefore(tx, input.build));
  TRY_ASSIGN(input.variables, store::listTemplateVersionVariables(tx, version.id));

  auto& environment = input.workspace;
  environment.accessUrl = accessUrl;
  environment.transition = input.build.transition;
  environment.workspaceId = workspace.id.toString();
  environment.workspaceName = workspace.name;
  environment.buildId = input.build.id.toString();
  environment.templateId = usedTemplate.id.toString();
  environment.templateName = usedTemplate.name;
  environment.templateVersion = version.name;
  fillOwner(environment, owner);
  TRY_ASSIGN(const auto key, store::findGitSshKey(tx, owner.id));
  if (key) environment.sshPublicKey = key->publicKey;
  if (key) environment.sshPrivateKey = key->privateKey;
  TRY_ASSIGN(environment.sessionToken, renewSessionToken(tx, owner, workspace.id, input.build.transition, now));
  return input;
}

Result<DryRunInput> loadDryRun(store::Transaction& tx, const store::JobRecord& job, const std::string& accessUrl) {
  if (!job.input.templateVersionId) return fail(ErrorCode::Internal, "the job names no template version");
  DryRunInput input;
  TRY_ASSIGN(input.files, loadFiles(tx, job.fileId));
  TRY_ASSIGN(input.variables, store::listTemplateVersionVariables(tx, *job.input.templateVersionId));
  TRY_ASSIGN(const auto owner, store::getUser(tx, job.initiatorId));
  for (const auto& [name, value] : job.input.richParameterValues) input.parameters[name] = value;
  auto& environment = input.workspace;
  environment.accessUrl = accessUrl;
  environment.workspaceId = Uuid::random().toString();
  environment.workspaceName = job.input.workspaceName.empty() ? "dryrun" : job.input.workspaceName;
  fillOwner(environment, owner);
  return input;
}

Result<void> storeTemplateFacts(store::Transaction& tx, TemplateVersionId id, const std::string& readme,
                                const std::vector<store::TemplateVersionVariableRecord>& variables, WallTime now) {
  TRY_ASSIGN(auto version, store::getTemplateVersion(tx, id));
  version.readme = readme;
  version.updatedAt = now;
  TRY(store::updateTemplateVersion(tx, version));
  for (const auto& variable : variables) TRY(store::insertTemplateVersionVariable(tx, variable));
  return {};
}

Result<void> completeImport(store::Transaction& tx, const store::JobRecord& job, TemplateVersionId versionId,
                            const ImportResult& result, WallTime now) {
  TRY(insertResources(tx, job.id, Transition::Start, result.start.resources, now));
  TRY(insertResources(tx, job.id, Transition::Stop, result.stop.resources, now));
  std::int64_t position = 0;
  for (const auto& parameter : result.start.parameters)
    TRY(store::insertTemplateVersionParameter(tx, recordOf(parameter, versionId, position++)));
  TRY(insertPresets(tx, versionId, result.start.presets));
  TRY_ASSIGN(auto version, store::getTemplateVersion(tx, versionId));
  version.hasAiTask = result.start.aiTaskCount > 0;
  version.hasExternalAgent = result.start.hasExternalAgent;
  version.updatedAt = now;
  TRY(store::updateTemplateVersion(tx, version));
  TRY(store::setCachedPlan(tx, versionId, result.startPlan));
  return store::completeJob(tx, job.id, now);
}

Result<void> completeDryRun(store::Transaction& tx, const store::JobRecord& job, const Derived& derived, WallTime now) {
  TRY(insertResources(tx, job.id, Transition::Start, derived.resources, now));
  return store::completeJob(tx, job.id, now);
}

Result<void> completeBuild(store::Transaction& tx, const store::JobRecord& job, const store::BuildRecord& made,
                           const Derived& derived, const std::string& state, WallTime now) {
  TRY(store::setBuildState(tx, made.id, asBytes(state), now));
  TRY(insertResources(tx, job.id, made.transition, derived.resources, now));
  TRY_ASSIGN(const auto workspace, store::getWorkspace(tx, made.workspaceId));
  TRY_ASSIGN(auto build, store::getBuild(tx, made.id));
  build.updatedAt = now;
  build.deadline = deadlineOf(workspace, made.transition, now);
  build.hasAiTask = false;
  build.hasExternalAgent = derived.hasExternalAgent;
  build.dailyCost = 0;
  for (const auto& resource : derived.resources) build.dailyCost += resource.dailyCost;
  TRY(store::updateBuild(tx, build));
  TRY(store::deleteOldAgents(tx, made.workspaceId, job.id, now));
  if (made.transition == Transition::Delete) TRY(store::markWorkspaceDeleted(tx, made.workspaceId, now));
  return store::completeJob(tx, job.id, now);
}

Result<void> failJob(store::Transaction& tx, const store::JobRecord& job, const std::string& reason,
                     const std::string& state, WallTime now) {
  if (job.type == JobType::WorkspaceBuild && job.input.buildId && !state.empty())
    TRY(store::setBuildState(tx, *job.input.buildId, asBytes(state), now));
  const bool needsVariables = reason.contains("required template variables");
  return store::completeJob(tx, job.id, now, reason, needsVariables ? "REQUIRED_TEMPLATE_VARIABLES" : "");
}

}  // namespace berth::provision
