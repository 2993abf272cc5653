#include "core/server/routes/TemplateVersions.h"

#include <algorithm>

#include "core/api/Names.h"
#include "core/provision/BundledTemplates.h"
#include "core/provision/Worker.h"
#include "core/server/Services.h"
#include "core/server/http/RandomName.h"
#include "core/server/http/Reply.h"
#include "core/server/http/Transactions.h"
#include "core/server/routes/Changes.h"
#include "core/server/routes/JobLogs.h"
#include "core/server/routes/TemplateView.h"
#include "core/server/routes/UserRequests.h"
#include "core/server/routes/UserView.h"
#include "core/server/routes/VersionOfPath.h"
#include "core/server/workspaces/View.h"
#include "core/store/Files.h"
#include "core/store/Jobs.h"
#include "core/store/Templates.h"

namespace berth::server::routes {

namespace {

using store::Transaction;

constexpr std::size_t kMaxMessage = 1'048'576;
constexpr const char* kRedacted = "*redacted*";

template <typename IdType>
bool isGiven(const std::optional<IdType>& id) {
  return id && !id->isNil();
}

ApiResult<void> checkRequest(const api::CreateTemplateVersionRequest& request) {
  if (request.name && !request.name->empty() && !api::isTemplateVersionName(*request.name))
    return apiFail(fieldProblem("name", "template_version_name", *request.name));
  if (request.message.value_or("").size() > kMaxMessage)
    return apiFail(fieldProblem("message", "lt", std::to_string(kMaxMessage)));
  if (request.storage_method != "file") return apiFail(fieldProblem("storage_method", "oneof", request.storage_method));
  if (request.provisioner != "terraform" && request.provisioner != "echo")
    return apiFail(fieldProblem("provisioner", "oneof", request.provisioner));
  const bool hasExample = !request.example_id.value_or("").empty();
  if (isGiven(request.file_id) == hasExample)
    return apiFail(400, hasExample ? "You cannot specify both an example_id and a file_id."
                                   : "Either a file_id or an example_id must be given.");
  return {};
}

// The file of the request, or that of a bundled template.
ApiResult<FileId> sourceFile(Transaction& tx, const Actor& actor, const api::CreateTemplateVersionRequest& request,
                             WallTime now) {
  if (isGiven(request.file_id)) {
    TRY_ASSIGN(const auto file, store::findFile(tx, *request.file_id));
    if (!file || !isAllowed(actor, Action::Read, {ObjectKind::File, file->createdBy}))
      return apiFail(404, "File not found.");
    return file->id;
  }
  const auto* bundled = provision::findBundledTemplate(*request.example_id);
  if (bundled == nullptr) return apiFail(400, std::format("Example \"{}\" not found.", *request.example_id));
  store::FileRecord file;
  TRY_ASSIGN(file.data, provision::writeTar(bundled->files));
  file.hash = "example " + bundled->name;
  file.createdBy = actor.userId;
  TRY_ASSIGN(const auto existing, store::findFileByHash(tx, file.createdBy, file.hash));
  if (existing) return *existing;
  file.id = FileId::random();
  file.createdAt = now;
  file.mimetype = "application/x-tar";
  TRY(store::insertFile(tx, file));
  return file.id;
}

// Values that are not given again are taken from the template's active version.
Result<std::vector<store::NamedValue>> variableValues(Transaction& tx,
                                                      const api::CreateTemplateVersionRequest& request) {
  std::vector<store::NamedValue> values;
  for (const auto& value : request.user_variable_values.value_or(std::vector<api::ParameterValue>()))
    values.push_back({.name = value.name, .value = value.value});
  if (!isGiven(request.template_id)) return values;
  TRY_ASSIGN(const auto of, store::findTemplate(tx, *request.template_id));
  if (!of) return values;
  TRY_ASSIGN(const auto before, store::listTemplateVersionVariables(tx, of->activeVersionId));
  for (const auto& variable : before) {
    const bool isSet = std::ranges::find(values, variable.name, &store::NamedValue::name) != values.end();
    if (!isSet && !variable.value.empty()) values.push_back({.name = variable.name, .value = variable.value});
  }
  return values;
}

store::TextMap jobTags(const std::map<std::string, std::string>& requested, UserId user) {
  store::TextMap tags;
  for (const auto& [key, value] : requested)
    if (!value.empty()) tags[key] = value;
  const bool isOfUser = tags["scope"] == "user";
  tags["scope"] = isOfUser ? "user" : "organization";
  tags["owner"] = isOfUser ? user.toString() : "";
  return tags;
}

// The import is a row before anything is done for it.
ApiResult<api::TemplateVersion> insertVersion(Transaction& tx, const Actor& actor, std::string_view organizationName,
                                              const api::CreateTemplateVersionRequest& request, WallTime now) {
  TRY_ASSIGN(const auto organization, organizationNamed(tx, organizationName));
  store::TemplateVersionRecord version;
  if (isGiven(request.template_id)) {
    TRY_ASSIGN(const auto of, templateFor(tx, actor, *request.template_id, Action::Update));
    version.templateId = of.id;
  }
  store::JobRecord job;
  job.id = JobId::random();
  version.id = TemplateVersionId::random();
  TRY_ASSIGN(job.fileId, sourceFile(tx, actor, request, now));
  job.createdAt = now;
  job.updatedAt = now;
  job.organizationId = organization.id;
  job.initiatorId = actor.userId;
  job.provisioner = request.provisioner;
  job.type = JobType::TemplateVersionImport;
  job.tags = jobTags(request.tags, actor.userId);
  job.input.templateVersionId = version.id;
  TRY_ASSIGN(job.input.userVariableValues, variableValues(tx, request));
  TRY(store::insertJob(tx, job));

  version.organizationId = organization.id;
  version.createdAt = now;
  version.updatedAt = now;
  version.name = request.name.value_or("").empty() ? randomName() : *request.name;
  version.message = request.message.value_or("");
  version.jobId = job.id;
  version.createdBy = actor.userId;
  const auto inserted = store::insertTemplateVersion(tx, version);
  if (!inserted && inserted.error().code() == ErrorCode::AlreadyExists)
    return apiFail(ApiError(
        409, std::format("A template version with name \"{}\" already exists for this template.", version.name), {},
        {{"name", "This value is already in use and should be unique."}}));
  TRY(inserted);
  TRY_ASSIGN(auto view, readTemplateVersion(tx, version, now));
  // A worker takes it as soon as this is committed; a place in the queue is for those who look later.
  view.job.queue_position = 0;
  view.job.queue_size = 0;
  return view;
}

Task<Answer> setArchived(Call& call, bool archives) {
  CO_TRY_ASSIGN(const auto id, call.idParam<TemplateVersionId>("templateversion"));
  CO_TRY(co_await inTransaction(
      call.services.store,
      [actor = call.user(), id, archives, now = call.services.clock.wallNow()](Transaction& tx) -> ApiResult<void> {
        TRY_ASSIGN(auto version, templateVersionFor(tx, actor, id, Action::Update));
        if (!version.templateId)
          return apiFail(400, "Cannot archive template versions that are not part of a template.");
        if (version.archived == archives)
          return apiFail(400, archives ? "Template version is already archived." : "Template version is not archived.");
        TRY_ASSIGN(const bool isUsed, store::isTemplateVersionInUse(tx, id));
        if (archives && isUsed) return apiFail(ApiError::notFound());
        version.archived = archives;
        version.updatedAt = now;
        TRY(store::updateTemplateVersion(tx, version));
        return {};
      }));
  co_return rawJsonResponse(200, archives ? R"("template version archived")" : R"("template version unarchived")");
}

api::TemplateVersionParameter parameterView(const store::TemplateVersionParameterRecord& record) {
  api::TemplateVersionParameter view;
  view.name = record.name;
  view.display_name = api::omitEmpty(record.displayName);
  view.description = record.description;
  view.description_plaintext = record.description;
  view.type = record.type;
  view.form_type = record.formType;
  view.mutable_ = record.isMutable;
  view.default_value = record.defaultValue;
  view.icon = record.icon;
  for (const auto& option : record.options)
    view.options.push_back(
        {.name = option.name, .description = option.description, .value = option.value, .icon = option.icon});
  view.validation_error = api::omitEmpty(record.validationError);
  view.validation_regex = api::omitEmpty(record.validationRegex);
  view.validation_min = record.validationMin;
  view.validation_max = record.validationMax;
  view.validation_monotonic = api::omitEmpty(record.validationMonotonic);
  view.required = record.required;
  view.ephemeral = record.ephemeral;
  return view;
}

}  // namespace

Task<Answer> createTemplateVersion(Call& call) {
  CO_TRY_ASSIGN(auto request, readJson<api::CreateTemplateVersionRequest>(call));
  CO_TRY(checkRequest(request));
  CO_TRY(call.authorize(Action::Create, {ObjectKind::Template, {}}));
  CO_TRY_ASSIGN(const auto view,
                co_await inTransaction(call.services.store, [actor = call.user(), name = call.param("organization"),
                                                             request = std::move(request),
                                                             now = call.services.clock.wallNow()](Transaction& tx) {
                  return insertVersion(tx, actor, name, request, now);
                }));
  announceJob(call.services, view.job.id);
  co_return jsonResponse(201, view);
}

Task<Answer> getTemplateVersion(Call& call) {
  CO_TRY_ASSIGN(const auto version, co_await versionOfPath(call, Action::Read));
  CO_TRY_ASSIGN(const auto view,
                co_await call.services.store.run([version, now = call.services.clock.wallNow()](Transaction& tx) {
                  return readTemplateVersion(tx, version, now);
                }));
  co_return jsonResponse(200, view);
}

Task<Answer> patchTemplateVersion(Call& call) {
  CO_TRY_ASSIGN(const auto id, call.idParam<TemplateVersionId>("templateversion"));
  CO_TRY_ASSIGN(auto request, readJson<api::PatchTemplateVersionRequest>(call));
  const auto name = request.name.value_or("");
  if (!name.empty() && !api::isTemplateVersionName(name))
    co_return apiFail(fieldProblem("name", "template_version_name", name));
  auto changed =
      co_await inTransaction(call.services.store,
                             [actor = call.user(), id, request = std::move(request),
                              now = call.services.clock.wallNow()](Transaction& tx) -> ApiResult<api::TemplateVersion> {
                               TRY_ASSIGN(auto version, templateVersionFor(tx, actor, id, Action::Update));
                               if (!request.name.value_or("").empty()) version.name = *request.name;
                               if (request.message) version.message = *request.message;
                               version.updatedAt = now;
                               TRY(store::updateTemplateVersion(tx, version));
                               TRY_ASSIGN(auto view, readTemplateVersion(tx, version, now));
                               return view;
                             });
  // 400, not 409: that is what clients of this route know.
  if (!changed && changed.error().status == 409)
    co_return apiFail(ApiError(400, std::format("A template version with name \"{}\" already exists.", name), {},
                               {{"name", "This value is already in use and should be unique."}}));
  CO_TRY_ASSIGN(const auto view, std::move(changed));
  co_return jsonResponse(200, view);
}

Task<Answer> cancelTemplateVersion(Call& call) {
  CO_TRY_ASSIGN(const auto version, co_await versionOfPath(call, Action::Update));
  CO_TRY(co_await cancelJobOf(call, version.jobId));
  co_return messageResponse(200, "Job has been marked as canceled...");
}

Task<Answer> archiveTemplateVersion(Call& call) { co_return co_await setArchived(call, true); }
Task<Answer> unarchiveTemplateVersion(Call& call) { co_return co_await setArchived(call, false); }

// Parameters of the time before rich parameters.
Task<Answer> emptyTemplateVersionList(Call& call) {
  CO_TRY(co_await versionOfPath(call, Action::Read));
  co_return rawJsonResponse(200, "[]");
}

Task<Answer> getRichParameters(Call& call) {
  CO_TRY_ASSIGN(const auto imported, co_await importedVersionOfPath(call, 425));
  CO_TRY_ASSIGN(const auto records, co_await call.services.store.run([id = imported.id](Transaction& tx) {
    return store::listTemplateVersionParameters(tx, id);
  }));
  std::vector<api::TemplateVersionParameter> views;
  for (const auto& record : records) views.push_back(parameterView(record));
  co_return jsonResponse(200, views);
}

// A version that asks for a provider fails to import where none is configured, so there is never one to list.
Task<Answer> getTemplateVersionExternalAuth(Call& call) {
  CO_TRY(co_await versionOfPath(call, Action::Read));
  co_return jsonResponse(200, std::vector<api::TemplateVersionExternalAuth>());
}

Task<Answer> getTemplateVersionVariables(Call& call) {
  CO_TRY_ASSIGN(const auto imported, co_await importedVersionOfPath(call, 403));
  CO_TRY_ASSIGN(const auto records, co_await call.services.store.run([id = imported.id](Transaction& tx) {
    return store::listTemplateVersionVariables(tx, id);
  }));
  std::vector<api::TemplateVersionVariable> views;
  for (const auto& record : records)
    views.push_back({.name = record.name,
                     .description = record.description,
                     .type = record.type,
                     .value = record.sensitive ? kRedacted : record.value,
                     .default_value = record.sensitive ? kRedacted : record.defaultValue,
                     .required = record.required,
                     .sensitive = record.sensitive});
  co_return jsonResponse(200, views);
}

Task<Answer> getPresets(Call& call) {
  CO_TRY_ASSIGN(const auto version, co_await versionOfPath(call, Action::Read));
  CO_TRY_ASSIGN(
      const auto presets,
      co_await call.services.store.run([id = version.id](Transaction& tx) -> Result<std::vector<api::Preset>> {
        TRY_ASSIGN(const auto records, store::listPresets(tx, id));
        TRY_ASSIGN(const auto parameters, store::listPresetParameters(tx, id));
        std::vector<api::Preset> out;
        for (const auto& record : records) {
          api::Preset view;
          view.ID = record.id;
          view.Name = record.name;
          view.Default = record.isDefault;
          // Prebuilt workspaces are not made here, so that none are wanted.
          view.DesiredPrebuildInstances = record.desiredPrebuildInstances.value_or(0);
          view.Description = record.description;
          view.Icon = record.icon;
          for (const auto& parameter : parameters)
            if (parameter.presetId == record.id)
              view.Parameters.push_back({.Name = parameter.name, .Value = parameter.value});
          out.push_back(std::move(view));
        }
        return out;
      }));
  co_return jsonResponse(200, presets);
}

Task<Answer> getTemplateVersionResources(Call& call) {
  CO_TRY_ASSIGN(const auto imported, co_await importedVersionOfPath(call, 400));
  co_return co_await answerResources(call, imported.jobId);
}

Task<Answer> getTemplateVersionLogs(Call& call) {
  CO_TRY_ASSIGN(const auto version, co_await versionOfPath(call, Action::Read));
  co_return co_await serveJobLogs(call, version.jobId);
}

}  // namespace berth::server::routes
