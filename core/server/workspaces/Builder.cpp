#include "core/server/workspaces/Builder.h"

#include <set>

#include "core/api/Names.h"
#include "core/provision/Parameters.h"
#include "core/server/http/Authorization.h"
#include "core/server/workspaces/Schedule.h"
#include "core/store/Builds.h"
#include "core/store/Jobs.h"
#include "core/store/Templates.h"
#include "core/store/Workspaces.h"

namespace berth::server {

namespace {

using store::Transaction;

// Clients send the nil UUID for none.
template <typename IdType>
std::optional<IdType> given(const std::optional<IdType>& id) {
  return id && !id->isNil() ? id : std::nullopt;
}

Action actionOf(Transition transition) {
  switch (transition) {
    case Transition::Start: return Action::Start;
    case Transition::Stop: return Action::Stop;
    case Transition::Delete: return Action::Delete;
    case Transition::Unknown: break;
  }
  return Action::Update;
}

// The version, imported well and of the workspace's template.
ApiResult<store::TemplateVersionRecord> usableVersion(Transaction& tx, TemplateVersionId id, TemplateId of) {
  TRY_ASSIGN(auto version, store::findTemplateVersion(tx, id));
  if (!version || version->templateId != of)
    return apiFail(ApiError(400, "Template version not found.", {},
                            {{"template_version_id", "template version not found in this workspace's template"}}));
  TRY_ASSIGN(const auto job, store::getJob(tx, version->jobId));
  switch (job.status()) {
    case JobStatus::Pending:
    case JobStatus::Running:
    case JobStatus::Canceling:
      return apiFail(406, std::format("The provided template version is {}. Wait for it to complete importing!",
                                      toString(job.status())));
    case JobStatus::Failed:
      return apiFail(400, std::format("The provided template version \"{}\" has failed to import: \"{}\". You cannot "
                                      "build workspaces with it!",
                                      version->name, job.error));
    case JobStatus::Canceled:
      return apiFail(400,
                     "The provided template version was canceled during import. You cannot build workspaces with it!");
    case JobStatus::Succeeded:
    case JobStatus::Unknown: break;
  }
  return *std::move(version);
}

struct LastBuild {
  store::BuildRecord build;
  store::TextMap parameters;
};

ApiResult<std::optional<LastBuild>> lastBuildOf(Transaction& tx, WorkspaceId workspace) {
  TRY_ASSIGN(auto build, store::findLatestBuild(tx, workspace));
  if (!build) return std::optional<LastBuild>();
  TRY_ASSIGN(const auto job, store::getJob(tx, build->jobId));
  if (job.isActive()) return apiFail(409, "A workspace build is already active.");
  LastBuild last{*std::move(build), {}};
  TRY_ASSIGN(const auto parameters, store::listBuildParameters(tx, last.build.id));
  for (const auto& parameter : parameters) last.parameters[parameter.name] = parameter.value;
  return last;
}

// The values of all parameters, or a 400 that names each that is wrong.
ApiResult<std::vector<store::NamedValue>> resolve(Transaction& tx, TemplateVersionId version, const NewBuild& request,
                                                  const std::optional<LastBuild>& last) {
  TRY_ASSIGN(const auto declared, store::listTemplateVersionParameters(tx, version));
  provision::ParameterSources sources;
  sources.request = request.parameters;
  sources.hasPrevious = last.has_value();
  if (last) sources.previous = last->parameters;
  if (request.presetId) {
    TRY_ASSIGN(const auto presetValues, store::listPresetParameters(tx, version));
    for (const auto& value : presetValues)
      if (value.presetId == *request.presetId) sources.preset[value.name] = value.value;
  }
  auto resolved = provision::resolveParameters(declared, sources);
  if (resolved.problems.empty()) return std::move(resolved.values);
  ApiError error(400, "Unable to validate parameters");
  for (auto& [field, detail] : resolved.problems) error.validations.push_back({std::move(field), std::move(detail)});
  return apiFail(std::move(error));
}

// The preset whose values all are among the build's; the one with most values wins.
Result<std::optional<PresetId>> matchingPreset(Transaction& tx, TemplateVersionId version,
                                               const std::vector<store::NamedValue>& values) {
  TRY_ASSIGN(const auto parameters, store::listPresetParameters(tx, version));
  std::map<PresetId, std::size_t> matches;
  std::set<PresetId> differing;
  for (const auto& wanted : parameters) {
    const bool isSame = std::ranges::any_of(
        values, [&](const auto& value) { return value.name == wanted.name && value.value == wanted.value; });
    ++matches[wanted.presetId];
    if (!isSame) differing.insert(wanted.presetId);
  }
  std::optional<PresetId> best;
  for (const auto& [preset, count] : matches)
    if (!differing.contains(preset) && (!best || count > matches.at(*best))) best = preset;
  return best;
}

Result<Bytes> startingState(Transaction& tx, const NewBuild& request, const std::optional<LastBuild>& last) {
  if (request.isOrphan) return Bytes();
  if (request.state) return *request.state;
  return last ? store::getBuildState(tx, last->build.id) : Result<Bytes>(Bytes());
}

store::JobRecord jobFor(const store::BuildRecord& build, const store::TemplateVersionRecord& version,
                        const store::JobRecord& import, const NewBuild& request, WallTime now) {
  store::JobRecord job;
  job.id = build.jobId;
  job.createdAt = job.updatedAt = now;
  job.organizationId = version.organizationId;
  job.initiatorId = build.initiatorId;
  job.type = JobType::WorkspaceBuild;
  job.fileId = import.fileId;
  job.input.buildId = build.id;
  job.input.logLevel = request.logLevel;
  job.tags = import.tags;
  return job;
}

ApiResult<store::TemplateVersionRecord> versionFor(Transaction& tx, const Actor& actor,
                                                   const store::WorkspaceRecord& workspace,
                                                   const store::TemplateRecord& record, const NewBuild& request,
                                                   const std::optional<LastBuild>& last) {
  const bool takesActive = request.transition == Transition::Start &&
                           (record.requireActiveVersion || workspace.automaticUpdates == AutomaticUpdates::Always);
  auto wanted = given(request.templateVersionId);
  if (!wanted) wanted = last && !takesActive ? last->build.templateVersionId : record.activeVersionId;
  const bool mayChoose = isAllowed(actor, Action::Update, {ObjectKind::Template, {}});
  if (request.transition == Transition::Start && record.requireActiveVersion && *wanted != record.activeVersionId &&
      !mayChoose)
    return apiFail(403, "insert workspace build", "This template requires the active version.");
  return usableVersion(tx, *wanted, record.id);
}

}  // namespace

ApiResult<void> checkWorkspaceName(std::string_view name) {
  if (api::isName(name)) return {};
  return apiFail(ApiError::invalidField(
      "name",
      std::format("Validation failed for tag \"workspace_name\" with value: \"{}\". A name has 1 to 32 letters, "
                  "digits and single dashes between them.",
                  name)));
}

ApiResult<NewBuild> readBuildRequest(const api::CreateWorkspaceBuildRequest& request) {
  static constexpr std::string_view kReasons[] = {
      "dashboard",         "cli",        "ssh_connection", "vscode_connection", "jetbrains_connection",
      "task_manual_pause", "task_resume"};
  NewBuild build;
  build.transition = request.transition;
  if (build.transition == Transition::Unknown)
    return apiFail(ApiError::invalidField("transition", "Validation failed for tag \"oneof\": start, stop or delete"));
  if (request.dry_run.value_or(false))
    return apiFail(400, "Dry-run builds are not supported.", "Use the dry run of the template version.");
  if (request.on_success)
    return apiFail(400, "Follow-up builds are not supported.", "Create the second build when the first is done.");
  build.templateVersionId = given(request.template_version_id);
  for (const auto& [name, value] : request.rich_parameter_values.value_or(std::vector<api::ParameterValue>()))
    build.parameters[name] = value;
  build.presetId = given(request.template_version_preset_id);
  build.isOrphan = request.orphan.value_or(false);
  if (build.isOrphan && build.transition != Transition::Delete)
    return apiFail(400, "Orphan is only permitted when deleting a workspace.");
  if (request.state && !request.state->empty()) {
    if (build.isOrphan) return apiFail(400, "Orphan and custom state can't be combined.");
    build.state = parseBase64(*request.state);
    if (!build.state) return apiFail(ApiError::invalidField("state", "must be base64"));
  }
  if (const auto level = request.log_level.value_or(""); !level.empty()) {
    if (level != "debug")
      return apiFail(ApiError::invalidField("log_level", "Validation failed for tag \"oneof\": debug"));
    build.logLevel = level;
  }
  if (const auto reason = request.reason.value_or(""); !reason.empty()) {
    if (std::ranges::find(kReasons, reason) == std::end(kReasons))
      return apiFail(ApiError::invalidField(
          "reason", std::format("Validation failed for tag \"oneof\" with value: \"{}\"", reason)));
    if (build.transition != Transition::Delete) build.reason = reason;
  }
  return build;
}

ApiResult<store::BuildRecord> insertNewBuild(Transaction& tx, const Actor& actor,
                                             const store::WorkspaceRecord& workspace, const NewBuild& request,
                                             WallTime now) {
  TRY(authorize(actor, actionOf(request.transition), {ObjectKind::Workspace, workspace.ownerId}));
  const bool mayManage = isAllowed(actor, Action::Update, {ObjectKind::Template, {}});
  if ((request.state || request.isOrphan) && !mayManage)
    return apiFail(403, "Only template managers may provide custom state");
  if (workspace.deleted && request.transition != Transition::Delete)
    return apiFail(409, "This workspace was deleted.", "Create it anew.");

  TRY_ASSIGN(const auto record, store::getTemplate(tx, workspace.templateId));
  TRY_ASSIGN(const auto last, lastBuildOf(tx, workspace.id));
  TRY_ASSIGN(const auto version, versionFor(tx, actor, workspace, record, request, last));
  TRY_ASSIGN(const auto values, resolve(tx, version.id, request, last));
  TRY_ASSIGN(const auto state, startingState(tx, request, last));
  TRY_ASSIGN(const auto import, store::getJob(tx, version.jobId));

  store::BuildRecord build;
  build.id = BuildId::random();
  build.createdAt = build.updatedAt = now;
  build.workspaceId = workspace.id;
  build.templateVersionId = version.id;
  build.buildNumber = last ? last->build.buildNumber + 1 : 1;
  build.transition = request.transition;
  build.initiatorId = actor.userId;
  build.jobId = JobId::random();
  build.reason = request.reason;
  build.presetId = request.presetId;
  if (!build.presetId) {
    TRY_ASSIGN(build.presetId, matchingPreset(tx, version.id, values));
  }

  TRY(store::insertJob(tx, jobFor(build, version, import, request, now)));
  TRY(store::insertBuild(tx, build, state));
  for (const auto& [name, value] : values) TRY(store::insertBuildParameter(tx, {build.id, name, value}));
  if (workspace.dormantAt && request.transition == Transition::Start) {
    auto awake = workspace;
    awake.dormantAt.reset();
    awake.deletingAt.reset();
    awake.lastUsedAt = now;
    TRY(store::updateWorkspace(tx, awake));
  }
  return build;
}

namespace {

struct ChosenTemplate {
  store::TemplateRecord record;
  std::optional<TemplateVersionId> version;
};

ApiResult<ChosenTemplate> chooseTemplate(Transaction& tx, const api::CreateWorkspaceRequest& request) {
  auto templateId = given(request.template_id);
  const auto versionId = given(request.template_version_id);
  if (templateId.has_value() == versionId.has_value())
    return apiFail(ApiError(400, "Validation failed.", "Give either a template or a template version.",
                            {{"template_id", "exactly one of template_id and template_version_id is needed"}}));
  if (versionId) {
    TRY_ASSIGN(const auto version, store::findTemplateVersion(tx, *versionId));
    if (!version || !version->templateId)
      return apiFail(ApiError(400, std::format("Template version \"{}\" doesn't exist.", versionId->toString()), {},
                              {{"template_version_id", "template not found"}}));
    if (version->archived)
      return apiFail(ApiError(500, "Archived template versions cannot be used to make a workspace.", {},
                              {{"template_version_id", "template version archived"}}));
    templateId = version->templateId;
  }
  TRY_ASSIGN(auto record, store::findTemplate(tx, *templateId));
  if (!record)
    return apiFail(ApiError(400, std::format("Template \"{}\" doesn't exist.", templateId->toString()), {},
                            {{"template_id", "template not found"}}));
  if (record->deleted) return apiFail(404, std::format("Template \"{}\" has been deleted!", record->name));
  if (!record->deprecationMessage.empty())
    return apiFail(
        400,
        std::format("Template \"{}\" has been deprecated, and cannot be used to create a new workspace.", record->name),
        record->deprecationMessage);
  return ChosenTemplate{*std::move(record), versionId};
}

}  // namespace

ApiResult<store::WorkspaceRecord> insertNewWorkspace(Transaction& tx, const Actor& actor,
                                                     const store::UserRecord& owner,
                                                     const api::CreateWorkspaceRequest& request, WallTime now) {
  if (!isAllowed(actor, Action::Create, {ObjectKind::Workspace, owner.id}))
    return apiFail(403, "Unauthorized to create workspace.",
                   "You are unable to create a workspace in this organization for this user.");
  TRY(checkWorkspaceName(request.name));
  TRY_ASSIGN(const auto chosen, chooseTemplate(tx, request));
  TRY_ASSIGN(const auto namesake, store::findWorkspaceByName(tx, owner.id, request.name));
  if (namesake)
    return apiFail(ApiError(409, std::format("Workspace \"{}\" already exists.", request.name), {},
                            {{"name", "This value is already in use and should be unique."}}));

  store::WorkspaceRecord workspace;
  workspace.id = WorkspaceId::random();
  workspace.createdAt = workspace.updatedAt = workspace.lastUsedAt = now;
  workspace.ownerId = owner.id;
  workspace.organizationId = chosen.record.organizationId;
  workspace.templateId = chosen.record.id;
  workspace.name = request.name;
  TRY_ASSIGN(workspace.ttlMs, checkTtl(request.ttl_ms));
  if (!workspace.ttlMs && chosen.record.defaultTtlMs > 0) workspace.ttlMs = chosen.record.defaultTtlMs;
  if (const auto text = request.autostart_schedule.value_or(""); !text.empty()) {
    const auto schedule = parseSchedule(text);
    if (!schedule)
      return apiFail(ApiError(400, "Invalid Autostart Schedule.", {}, {{"schedule", schedule.error().message()}}));
    workspace.autostartSchedule = text;
    workspace.nextStartAt = nextStart(*schedule, now);
  }
  workspace.automaticUpdates = request.automatic_updates.value_or(AutomaticUpdates::Never);
  if (workspace.automaticUpdates == AutomaticUpdates::Unknown)
    return apiFail(ApiError::invalidField("automatic_updates", "must be always or never"));
  TRY(store::insertWorkspace(tx, workspace));

  NewBuild first;
  first.templateVersionId = chosen.version.value_or(chosen.record.activeVersionId);
  first.presetId = given(request.template_version_preset_id);
  for (const auto& [name, value] : request.rich_parameter_values.value_or(std::vector<api::ParameterValue>()))
    first.parameters[name] = value;
  TRY(insertNewBuild(tx, actor, workspace, first, now));
  return workspace;
}

}  // namespace berth::server
