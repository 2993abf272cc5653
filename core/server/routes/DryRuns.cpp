#include "core/server/routes/DryRuns.h"

#include "core/api/TemplateVersions.h"
#include "core/server/Services.h"
#include "core/server/http/Reply.h"
#include "core/server/http/Transactions.h"
#include "core/server/routes/Changes.h"
#include "core/server/routes/JobLogs.h"
#include "core/server/routes/TemplateView.h"
#include "core/server/routes/VersionOfPath.h"
#include "core/server/workspaces/View.h"
#include "core/store/Jobs.h"

namespace berth::server::routes {

namespace {

using store::Transaction;

store::JobRecord dryRunJob(const store::TemplateVersionRecord& version, const store::JobRecord& import, UserId user,
                           const api::CreateTemplateVersionDryRunRequest& request, WallTime now) {
  store::JobRecord job;
  job.id = JobId::random();
  job.createdAt = now;
  job.updatedAt = now;
  job.organizationId = version.organizationId;
  job.initiatorId = user;
  job.provisioner = import.provisioner;
  job.type = JobType::TemplateVersionDryRun;
  job.fileId = import.fileId;
  job.tags = import.tags;
  job.input.templateVersionId = version.id;
  job.input.workspaceName = request.workspace_name;
  for (const auto& value : request.rich_parameter_values)
    job.input.richParameterValues.push_back({.name = value.name, .value = value.value});
  return job;
}

// The dry run of the path: of this version, and the caller's own.
Task<ApiResult<store::JobRecord>> dryRunOfPath(Call& call) {
  CO_TRY_ASSIGN(const auto versionId, call.idParam<TemplateVersionId>("templateversion"));
  CO_TRY_ASSIGN(const auto jobId, call.idParam<JobId>("jobID"));
  co_return co_await inTransaction(
      call.services.store, [actor = call.user(), versionId, jobId](Transaction& tx) -> ApiResult<store::JobRecord> {
        TRY_ASSIGN(const auto version, templateVersionFor(tx, actor, versionId, Action::Read));
        TRY_ASSIGN(auto job, store::findJob(tx, jobId));
        if (!job || job->type != JobType::TemplateVersionDryRun)
          return apiFail(404, std::format("Provisioner job with ID {} not found.", jobId.toString()));
        if (job->input.templateVersionId != version.id || (job->initiatorId != actor.userId && !actor.isOwner()))
          return apiFail(ApiError::forbidden());
        return *std::move(job);
      });
}

}  // namespace

Task<Answer> createDryRun(Call& call) {
  CO_TRY_ASSIGN(auto request, readJson<api::CreateTemplateVersionDryRunRequest>(call));
  CO_TRY_ASSIGN(const auto version, co_await importedVersionOfPath(call, 425));
  CO_TRY_ASSIGN(auto view, co_await call.services.store.run(
                               [version, request = std::move(request), user = call.user().userId,
                                now = call.services.clock.wallNow()](Transaction& tx) -> Result<api::ProvisionerJob> {
                                 TRY_ASSIGN(const auto import, store::getJob(tx, version.jobId));
                                 const auto job = dryRunJob(version, import, user, request, now);
                                 TRY(store::insertJob(tx, job));
                                 return readJob(tx, job);
                               }));
  view.queue_position = 0;
  view.queue_size = 0;
  announceJob(call.services, view.id);
  co_return jsonResponse(201, view);
}

Task<Answer> getDryRun(Call& call) {
  CO_TRY_ASSIGN(const auto job, co_await dryRunOfPath(call));
  CO_TRY_ASSIGN(const auto view, co_await call.services.store.run([job](Transaction& tx) { return readJob(tx, job); }));
  co_return jsonResponse(200, view);
}

Task<Answer> getDryRunResources(Call& call) {
  CO_TRY_ASSIGN(const auto job, co_await dryRunOfPath(call));
  if (job.isActive()) co_return apiFail(400, "Template version dry-run job has not finished");
  co_return co_await answerResources(call, job.id);
}

Task<Answer> getDryRunLogs(Call& call) {
  CO_TRY_ASSIGN(const auto job, co_await dryRunOfPath(call));
  co_return co_await serveJobLogs(call, job.id);
}

Task<Answer> getDryRunMatchedProvisioners(Call& call) {
  CO_TRY_ASSIGN(const auto job, co_await dryRunOfPath(call));
  CO_TRY_ASSIGN(const auto matched,
                co_await call.services.store.run(
                    [organization = job.organizationId, now = call.services.clock.wallNow()](Transaction& tx) {
                      return readMatchedProvisioners(tx, organization, now);
                    }));
  co_return jsonResponse(200, matched);
}

Task<Answer> cancelDryRun(Call& call) {
  CO_TRY_ASSIGN(const auto job, co_await dryRunOfPath(call));
  CO_TRY(co_await cancelJobOf(call, job.id));
  co_return messageResponse(200, "Job has been marked as canceled.");
}

}  // namespace berth::server::routes
