#include "core/server/routes/Provisioners.h"

#include "core/server/Services.h"
#include "core/server/http/Reply.h"
#include "core/server/http/Transactions.h"
#include "core/server/workspaces/View.h"
#include "core/store/Builds.h"
#include "core/store/Jobs.h"
#include "core/store/Organizations.h"
#include "core/store/Templates.h"
#include "core/store/Workspaces.h"

namespace berth::server::routes {

namespace {

using store::Transaction;

constexpr std::int64_t kDefaultLimit = 50;
constexpr std::string_view kBuiltInKey = "00000000-0000-0000-0000-000000000001";

ApiResult<store::OrganizationRecord> organizationNamed(Transaction& tx, const std::string& text) {
  std::optional<store::OrganizationRecord> found;
  if (const auto id = OrganizationId::parse(text); id && !id->isNil()) {
    TRY_ASSIGN(found, store::findOrganization(tx, *id));
  } else if (text == "default" || id) {
    TRY_ASSIGN(found, store::getDefaultOrganization(tx));
  } else {
    TRY_ASSIGN(found, store::findOrganizationByName(tx, text));
  }
  if (!found) return apiFail(ApiError::notFound());
  return *std::move(found);
}

// What the job is for, in words of the API; whatever is gone by now stays empty.
Result<api::ProvisionerJobMetadata> readMetadata(Transaction& tx, const store::JobRecord& job) {
  api::ProvisionerJobMetadata out;
  auto versionId = job.input.templateVersionId;
  if (job.input.buildId) {
    TRY_ASSIGN(const auto build, store::findBuild(tx, *job.input.buildId));
    if (!build) return out;
    versionId = build->templateVersionId;
    out.workspace_build_transition = build->transition;
    out.workspace_id = build->workspaceId;
    TRY_ASSIGN(const auto workspace, store::findWorkspace(tx, build->workspaceId));
    if (workspace) out.workspace_name = workspace->name;
  }
  if (!versionId) return out;
  TRY_ASSIGN(const auto version, store::findTemplateVersion(tx, *versionId));
  if (!version) return out;
  out.template_version_name = version->name;
  if (!version->templateId) return out;
  TRY_ASSIGN(const auto of, store::findTemplate(tx, *version->templateId));
  if (!of) return out;
  out.template_id = of->id;
  out.template_name = of->name;
  out.template_display_name = of->displayName;
  out.template_icon = of->icon;
  return out;
}

Result<api::ProvisionerJob> readFullJob(Transaction& tx, const store::JobRecord& job,
                                        const std::vector<store::ProvisionerDaemonRecord>& daemons) {
  TRY_ASSIGN(auto view, readJob(tx, job));
  TRY_ASSIGN(view.metadata, readMetadata(tx, job));
  for (const auto& daemon : daemons)
    if (daemon.id == job.workerId) view.worker_name = daemon.name;
  return view;
}

api::ProvisionerDaemonJob brief(const api::ProvisionerJob& job) {
  return {job.id, job.status, job.metadata.template_name, job.metadata.template_icon,
          job.metadata.template_display_name};
}

Result<std::vector<api::ProvisionerDaemon>> readDaemons(Transaction& tx, OrganizationId organization,
                                                        std::int64_t limit) {
  TRY_ASSIGN(const auto daemons, store::listProvisionerDaemons(tx, organization));
  TRY_ASSIGN(const auto jobs, store::listJobs(tx, organization, kDefaultLimit));
  std::vector<api::ProvisionerDaemon> views;
  for (const auto& daemon : daemons) {
    if (std::ssize(views) == limit) break;
    api::ProvisionerDaemon view;
    view.id = daemon.id;
    view.organization_id = daemon.organizationId;
    view.key_id = Uuid::parse(kBuiltInKey).value_or(Uuid());
    view.created_at = daemon.createdAt;
    if (daemon.lastSeenAt) view.last_seen_at = *daemon.lastSeenAt;
    view.name = daemon.name;
    view.version = daemon.version;
    view.api_version = daemon.apiVersion;
    view.provisioners = daemon.provisioners;
    view.tags = daemon.tags;
    view.key_name = "built-in";
    view.status = "idle";
    for (const auto& job : jobs) {
      if (job.workerId != daemon.id || (job.isActive() ? view.current_job : view.previous_job).has_value()) continue;
      TRY_ASSIGN(const auto full, readFullJob(tx, job, daemons));
      (job.isActive() ? view.current_job : view.previous_job) = brief(full);
      if (job.isActive()) view.status = "busy";
    }
    views.push_back(std::move(view));
  }
  return views;
}

}  // namespace

Task<Answer> listProvisionerDaemons(Call& call) {
  CO_TRY_ASSIGN(const auto limit, call.numberQuery("limit", kDefaultLimit));
  CO_TRY(call.authorize(Action::Read, {ObjectKind::ProvisionerDaemon, {}}));
  CO_TRY_ASSIGN(const auto views,
                co_await inTransaction(call.services.store,
                                       [name = call.param("organization"),
                                        limit](Transaction& tx) -> ApiResult<std::vector<api::ProvisionerDaemon>> {
                                         TRY_ASSIGN(const auto organization, organizationNamed(tx, name));
                                         TRY_ASSIGN(auto list, readDaemons(tx, organization.id, limit));
                                         return list;
                                       }));
  co_return jsonResponse(200, views);
}

Task<Answer> listProvisionerJobs(Call& call) {
  CO_TRY_ASSIGN(const auto limit, call.numberQuery("limit", kDefaultLimit));
  const auto status = call.queryOr("status", "");
  CO_TRY_ASSIGN(
      const auto views,
      co_await inTransaction(call.services.store,
                             [actor = call.user(), name = call.param("organization"), limit,
                              status](Transaction& tx) -> ApiResult<std::vector<api::ProvisionerJob>> {
                               TRY_ASSIGN(const auto organization, organizationNamed(tx, name));
                               TRY_ASSIGN(const auto jobs, store::listJobs(tx, organization.id, limit));
                               TRY_ASSIGN(const auto daemons, store::listProvisionerDaemons(tx, organization.id));
                               std::vector<api::ProvisionerJob> out;
                               for (const auto& job : jobs) {
                                 if (!isAllowed(actor, Action::Read, {ObjectKind::ProvisionerJob, job.initiatorId}))
                                   continue;
                                 if (!status.empty() && !status.contains(toString(job.status()))) continue;
                                 TRY_ASSIGN(auto view, readFullJob(tx, job, daemons));
                                 out.push_back(std::move(view));
                               }
                               return out;
                             }));
  co_return jsonResponse(200, views);
}

Task<Answer> getProvisionerJob(Call& call) {
  CO_TRY_ASSIGN(const auto id, call.idParam<JobId>("job"));
  CO_TRY_ASSIGN(const auto view,
                co_await inTransaction(
                    call.services.store, [actor = call.user(), id](Transaction& tx) -> ApiResult<api::ProvisionerJob> {
                      TRY_ASSIGN(const auto job, store::findJob(tx, id));
                      if (!job) return apiFail(ApiError::notFound());
                      TRY(authorize(actor, Action::Read, {ObjectKind::ProvisionerJob, job->initiatorId}));
                      TRY_ASSIGN(const auto daemons, store::listProvisionerDaemons(tx, job->organizationId));
                      return readFullJob(tx, *job, daemons);
                    }));
  co_return jsonResponse(200, view);
}

}  // namespace berth::server::routes
