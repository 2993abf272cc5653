#include "core/server/routes/Templates.h"

#include <algorithm>

#include "core/provision/BundledTemplates.h"
#include "core/server/Services.h"
#include "core/server/http/Reply.h"
#include "core/server/http/Transactions.h"
#include "core/server/routes/TemplateSettings.h"
#include "core/server/routes/TemplateView.h"
#include "core/server/routes/UserView.h"
#include "core/server/workspaces/Search.h"
#include "core/store/Jobs.h"
#include "core/store/Templates.h"
#include "core/store/Workspaces.h"

namespace berth::server::routes {

namespace {

using store::Transaction;

constexpr const char* kInvalidSearch = "Invalid template search query.";
constexpr const char* kTaken = "This value is already in use and should be unique.";

std::string lowered(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

bool isTrue(std::string_view value) { return value == "true" || value == "1" || value == "t"; }

// Whether a template is what the search asks for; an unknown key is refused (reference/rest-api.md 3.3).
class TemplateSearch {
 public:
  static ApiResult<TemplateSearch> parse(std::string_view query, std::string callerName) {
    TemplateSearch search;
    search.m_callerName = std::move(callerName);
    TRY_ASSIGN(search.m_terms, parseSearch(query, kInvalidSearch));
    for (const auto& [key, value] : search.m_terms.keys) {
      if (std::ranges::find(kKeys, key) == std::end(kKeys))
        return apiFail(
            ApiError(400, kInvalidSearch, {}, {{key, std::format("\"{}\" is not a valid query param", key)}}));
      if (key == "deprecated") search.m_deprecated = isTrue(value);
      if (key == "deleted") search.wantsDeleted = isTrue(value);
    }
    return search;
  }

  bool matches(const api::Template& view) const {
    if (m_deprecated != view.deprecated) return false;
    if (!m_terms.bare.empty() && !contains(view.display_name, m_terms.bare) && !contains(view.name, m_terms.bare))
      return false;
    return std::ranges::all_of(m_terms.keys,
                               [&](const auto& term) { return matchesKey(view, term.first, term.second); });
  }

  bool wantsDeleted = false;

 private:
  static constexpr std::string_view kKeys[] = {"name",        "exact_name", "display_name", "exact_display_name",
                                               "ids",         "deleted",    "deprecated",   "organization",
                                               "has-ai-task", "author",     "author_id",    "has_external_agent"};

  static bool contains(const std::string& text, const std::string& part) {
    return lowered(text).find(part) != std::string::npos;
  }

  bool matchesKey(const api::Template& view, const std::string& key, const std::string& value) const {
    if (key == "name") return contains(view.name, value);
    if (key == "exact_name") return lowered(view.name) == value;
    if (key == "display_name") return contains(view.display_name, value);
    if (key == "exact_display_name") return lowered(view.display_name) == value;
    if (key == "ids") return value.find(view.id.toString()) != std::string::npos;
    if (key == "organization")
      return view.organization_id.toString() == value || lowered(view.organization_name) == value;
    if (key == "author") return lowered(view.created_by_name) == (value == "me" ? lowered(m_callerName) : value);
    if (key == "author_id") return view.created_by_id.toString() == value;
    if (key == "has-ai-task" || key == "has_external_agent") return !isTrue(value);
    return true;
  }

  SearchTerms m_terms;
  std::string m_callerName;
  bool m_deprecated = false;
};

Task<Answer> answerList(Call& call, std::optional<std::string> organizationName) {
  CO_TRY_ASSIGN(auto search, TemplateSearch::parse(call.queryOr("q", ""), call.user().username));
  CO_TRY_ASSIGN(const auto views,
                co_await inTransaction(call.services.store,
                                       [search = std::move(search), name = std::move(organizationName)](
                                           Transaction& tx) -> ApiResult<std::vector<api::Template>> {
                                         std::optional<OrganizationId> organization;
                                         if (name) {
                                           TRY_ASSIGN(const auto found, organizationNamed(tx, *name));
                                           organization = found.id;
                                         }
                                         TRY_ASSIGN(const auto records, store::listTemplates(tx, search.wantsDeleted));
                                         std::vector<api::Template> out;
                                         for (const auto& record : records) {
                                           if (organization && record.organizationId != *organization) continue;
                                           TRY_ASSIGN(auto view, readTemplate(tx, record));
                                           if (search.matches(view)) out.push_back(std::move(view));
                                         }
                                         return out;
                                       }));
  co_return jsonResponse(200, views);
}

std::unexpected<ApiError> badVersion(int status, std::string detail) {
  return apiFail(ApiError(status, "Template version can't be used for a new template.", {},
                          {{"template_version_id", std::move(detail)}}));
}

ApiResult<api::Template> insertTemplateOf(Transaction& tx, store::TemplateRecord record,
                                          std::string_view organizationName) {
  TRY_ASSIGN(const auto organization, organizationNamed(tx, organizationName));
  TRY_ASSIGN(auto version, store::findTemplateVersion(tx, record.activeVersionId));
  if (!version) return badVersion(404, "Template version does not exist");
  if (version->archived) return badVersion(400, "Template version is archived");
  if (version->templateId) return badVersion(400, "Template version is already part of a template");
  TRY_ASSIGN(const auto taken, store::findTemplateByName(tx, organization.id, record.name));
  if (taken)
    return apiFail(
        ApiError(409, std::format("Template with name \"{}\" already exists.", record.name), {}, {{"name", kTaken}}));
  record.organizationId = organization.id;
  TRY(store::insertTemplate(tx, record));
  version->templateId = record.id;
  version->updatedAt = record.updatedAt;
  TRY(store::updateTemplateVersion(tx, *version));
  TRY_ASSIGN(auto view, readTemplate(tx, record));
  return view;
}

// Changes the template of the path; tells its watchers.
template <typename Change>
Task<ApiResult<api::Template>> changeTemplate(Call& call, Action action, Change change) {
  CO_TRY_ASSIGN(const auto id, call.idParam<TemplateId>("template"));
  CO_TRY_ASSIGN(auto view,
                co_await inTransaction(call.services.store,
                                       [actor = call.user(), id, action, now = call.services.clock.wallNow(),
                                        change = std::move(change)](Transaction& tx) -> ApiResult<api::Template> {
                                         TRY_ASSIGN(auto record, templateFor(tx, actor, id, action));
                                         TRY(change(tx, record));
                                         record.updatedAt = now;
                                         TRY(store::updateTemplate(tx, record));
                                         TRY_ASSIGN(auto changed, readTemplate(tx, record));
                                         return changed;
                                       }));
  call.services.events.publish(Topic::Template, id);
  co_return view;
}

api::TemplateExample exampleView(const provision::BundledTemplate& bundled) {
  api::TemplateExample view;
  view.id = bundled.name;
  view.name = bundled.displayName;
  view.description = bundled.description;
  view.icon = bundled.icon;
  view.tags = bundled.tags;
  for (const auto& file : bundled.files)
    if (file.path == "README.md") view.markdown = file.content;
  return view;
}

}  // namespace

Task<Answer> listTemplates(Call& call) { co_return co_await answerList(call, {}); }
Task<Answer> listOrganizationTemplates(Call& call) { co_return co_await answerList(call, call.param("organization")); }

Task<Answer> createTemplate(Call& call) {
  CO_TRY_ASSIGN(const auto request, readJson<api::CreateTemplateRequest>(call));
  CO_TRY(call.authorize(Action::Create, {ObjectKind::Template, {}}));
  CO_TRY_ASSIGN(auto record, newTemplate(request));
  record.id = TemplateId::random();
  record.createdAt = call.services.clock.wallNow();
  record.updatedAt = record.createdAt;
  record.createdBy = call.user().userId;
  CO_TRY_ASSIGN(
      const auto view,
      co_await inTransaction(call.services.store, [record = std::move(record), name = call.param("organization")](
                                                      Transaction& tx) { return insertTemplateOf(tx, record, name); }));
  co_return jsonResponse(201, view);
}

Task<Answer> getTemplate(Call& call) {
  CO_TRY_ASSIGN(const auto id, call.idParam<TemplateId>("template"));
  CO_TRY_ASSIGN(const auto view,
                co_await inTransaction(call.services.store,
                                       [actor = call.user(), id](Transaction& tx) -> ApiResult<api::Template> {
                                         TRY_ASSIGN(const auto record, templateFor(tx, actor, id, Action::Read));
                                         TRY_ASSIGN(auto found, readTemplate(tx, record));
                                         return found;
                                       }));
  co_return jsonResponse(200, view);
}

Task<Answer> getTemplateByName(Call& call) {
  CO_TRY_ASSIGN(
      const auto view,
      co_await inTransaction(call.services.store,
                             [organizationName = call.param("organization"),
                              name = call.param("templatename")](Transaction& tx) -> ApiResult<api::Template> {
                               TRY_ASSIGN(const auto organization, organizationNamed(tx, organizationName));
                               TRY_ASSIGN(const auto record, store::findTemplateByName(tx, organization.id, name));
                               if (!record) return apiFail(ApiError::notFound());
                               TRY_ASSIGN(auto found, readTemplate(tx, *record));
                               return found;
                             }));
  co_return jsonResponse(200, view);
}

Task<Answer> patchTemplate(Call& call) {
  CO_TRY_ASSIGN(auto request, readJson<api::UpdateTemplateMeta>(call));
  const auto name = request.name.value_or("");
  auto changed = co_await changeTemplate(call, Action::Update,
                                         [request = std::move(request)](Transaction&, store::TemplateRecord& record) {
                                           return applyTemplateChanges(record, request);
                                         });
  if (!changed && changed.error().status == 409)
    co_return apiFail(
        ApiError(409, std::format("Template with name \"{}\" already exists.", name), {}, {{"name", kTaken}}));
  CO_TRY_ASSIGN(const auto view, std::move(changed));
  co_return jsonResponse(200, view);
}

Task<Answer> deleteTemplate(Call& call) {
  CO_TRY(co_await changeTemplate(
      call, Action::Delete, [](Transaction& tx, store::TemplateRecord& record) -> ApiResult<void> {
        TRY_ASSIGN(const auto workspaces, store::listWorkspacesOfTemplate(tx, record.id));
        if (!workspaces.empty())
          return apiFail(400, "All workspaces must be deleted before a template can be removed.");
        record.deleted = true;
        return {};
      }));
  co_return messageResponse(200, "Template has been deleted!");
}

// Statistics of use are not collected.
Task<Answer> getTemplateDaus(Call& call) {
  CO_TRY(call.idParam<TemplateId>("template"));
  co_return rawJsonResponse(200, R"({"tz_hour_offset":0,"entries":[]})");
}

Task<Answer> listTemplateExamples(Call&) {
  std::vector<api::TemplateExample> examples;
  for (const auto& bundled : provision::bundledTemplates()) examples.push_back(exampleView(bundled));
  co_return jsonResponse(200, examples);
}

Task<Answer> listTemplateVersions(Call& call) {
  CO_TRY_ASSIGN(const auto id, call.idParam<TemplateId>("template"));
  CO_TRY_ASSIGN(const bool includesArchived, call.boolQuery("include_archived", false));
  CO_TRY_ASSIGN(const auto limit, call.numberQuery("limit", 0));
  CO_TRY_ASSIGN(const auto offset, call.numberQuery("offset", 0));
  CO_TRY_ASSIGN(const auto views,
                co_await inTransaction(
                    call.services.store,
                    [actor = call.user(), id, includesArchived, limit, offset, now = call.services.clock.wallNow()](
                        Transaction& tx) -> ApiResult<std::vector<api::TemplateVersion>> {
                      TRY_ASSIGN(const auto record, templateFor(tx, actor, id, Action::Read));
                      TRY_ASSIGN(auto versions, store::listTemplateVersions(tx, record.id));
                      if (!includesArchived) std::erase_if(versions, [](const auto& v) { return v.archived; });
                      std::vector<api::TemplateVersion> out;
                      for (auto i = static_cast<std::size_t>(offset); i < versions.size(); ++i) {
                        if (limit > 0 && std::ssize(out) >= limit) break;
                        TRY_ASSIGN(auto view, readTemplateVersion(tx, versions[i], now));
                        out.push_back(std::move(view));
                      }
                      return out;
                    }));
  co_return jsonResponse(200, views);
}

Task<Answer> patchActiveVersion(Call& call) {
  CO_TRY_ASSIGN(const auto request, readJson<api::UpdateActiveTemplateVersion>(call));
  CO_TRY(co_await changeTemplate(
      call, Action::Update, [id = request.id](Transaction& tx, store::TemplateRecord& record) -> ApiResult<void> {
        TRY_ASSIGN(const auto version, store::findTemplateVersion(tx, id));
        if (!version) return apiFail(404, "Template version not found.");
        if (version->templateId != record.id)
          return apiFail(400, "The provided template version doesn't belong to the specified template.");
        if (version->archived) return apiFail(400, "The provided template version is archived.");
        TRY_ASSIGN(const auto job, store::getJob(tx, version->jobId));
        if (job.status() != JobStatus::Succeeded)
          return apiFail(403,
                         std::format("Only versions that have been built successfully can be promoted, this one is {}.",
                                     toString(job.status())));
        record.activeVersionId = id;
        return {};
      }));
  co_return messageResponse(200, "Updated the active template version!");
}

// Versions that nothing uses: those whose import failed, or all.
Task<Answer> archiveUnusedVersions(Call& call) {
  CO_TRY_ASSIGN(const auto id, call.idParam<TemplateId>("template"));
  CO_TRY_ASSIGN(const auto request, readJson<api::ArchiveTemplateVersionsRequest>(call));
  CO_TRY_ASSIGN(
      const auto archived,
      co_await inTransaction(call.services.store,
                             [actor = call.user(), id, archivesAll = request.all, now = call.services.clock.wallNow()](
                                 Transaction& tx) -> ApiResult<api::ArchiveTemplateVersionsResponse> {
                               TRY_ASSIGN(const auto record, templateFor(tx, actor, id, Action::Update));
                               TRY_ASSIGN(auto versions, store::listTemplateVersions(tx, record.id));
                               api::ArchiveTemplateVersionsResponse out{.template_id = id, .archived_ids = {}};
                               for (auto& version : versions) {
                                 TRY_ASSIGN(const bool isUsed, store::isTemplateVersionInUse(tx, version.id));
                                 TRY_ASSIGN(const auto job, store::getJob(tx, version.jobId));
                                 if (version.archived || isUsed || job.isActive()) continue;
                                 if (!archivesAll && job.status() != JobStatus::Failed) continue;
                                 version.archived = true;
                                 version.updatedAt = now;
                                 TRY(store::updateTemplateVersion(tx, version));
                                 out.archived_ids.push_back(version.id);
                               }
                               return out;
                             }));
  co_return jsonResponse(200, archived);
}

namespace {

ApiResult<store::TemplateVersionRecord> versionNamed(Transaction& tx, TemplateId of, const std::string& name) {
  TRY_ASSIGN(auto version, store::findTemplateVersionByName(tx, of, name));
  if (!version) return apiFail(404, std::format("No template version found by name \"{}\".", name));
  return *std::move(version);
}

// The version of a path .../templates/{templatename}/versions/{templateversionname}.
ApiResult<store::TemplateVersionRecord> versionOfPath(Transaction& tx, const std::string& organizationName,
                                                      const std::string& templateName, const std::string& name) {
  TRY_ASSIGN(const auto organization, organizationNamed(tx, organizationName));
  TRY_ASSIGN(const auto record, store::findTemplateByName(tx, organization.id, templateName));
  if (!record) return apiFail(ApiError::notFound());
  return versionNamed(tx, record->id, name);
}

}  // namespace

Task<Answer> getTemplateVersionOfTemplate(Call& call) {
  CO_TRY_ASSIGN(const auto id, call.idParam<TemplateId>("template"));
  CO_TRY_ASSIGN(
      const auto view,
      co_await inTransaction(call.services.store,
                             [actor = call.user(), id, name = call.param("templateversionname"),
                              now = call.services.clock.wallNow()](Transaction& tx) -> ApiResult<api::TemplateVersion> {
                               TRY_ASSIGN(const auto record, templateFor(tx, actor, id, Action::Read));
                               TRY_ASSIGN(const auto version, versionNamed(tx, record.id, name));
                               TRY_ASSIGN(auto found, readTemplateVersion(tx, version, now));
                               return found;
                             }));
  co_return jsonResponse(200, view);
}

Task<Answer> getTemplateVersionByName(Call& call) {
  CO_TRY_ASSIGN(const auto view,
                co_await inTransaction(call.services.store,
                                       [organization = call.param("organization"), of = call.param("templatename"),
                                        name = call.param("templateversionname"), now = call.services.clock.wallNow()](
                                           Transaction& tx) -> ApiResult<api::TemplateVersion> {
                                         TRY_ASSIGN(const auto version, versionOfPath(tx, organization, of, name));
                                         TRY_ASSIGN(auto found, readTemplateVersion(tx, version, now));
                                         return found;
                                       }));
  co_return jsonResponse(200, view);
}

Task<Answer> getPreviousTemplateVersion(Call& call) {
  CO_TRY_ASSIGN(const auto view, co_await inTransaction(
                                     call.services.store,
                                     [organization = call.param("organization"), of = call.param("templatename"),
                                      name = call.param("templateversionname"), now = call.services.clock.wallNow()](
                                         Transaction& tx) -> ApiResult<std::optional<api::TemplateVersion>> {
                                       TRY_ASSIGN(const auto version, versionOfPath(tx, organization, of, name));
                                       TRY_ASSIGN(const auto previous, store::findPreviousTemplateVersion(tx, version));
                                       if (!previous) return std::optional<api::TemplateVersion>();
                                       TRY_ASSIGN(auto found, readTemplateVersion(tx, *previous, now));
                                       return std::optional(std::move(found));
                                     }));
  co_return view ? jsonResponse(200, *view) : noContent();
}

}  // namespace berth::server::routes
