#include "core/server/routes/VersionOfPath.h"

#include <algorithm>

#include "core/provision/Worker.h"
#include "core/server/Services.h"
#include "core/server/http/Reply.h"
#include "core/server/http/Transactions.h"
#include "core/server/routes/TemplateView.h"
#include "core/server/workspaces/View.h"
#include "core/store/Jobs.h"

namespace berth::server::routes {

using store::Transaction;

Task<ApiResult<store::TemplateVersionRecord>> versionOfPath(Call& call, Action action) {
  CO_TRY_ASSIGN(const auto id, call.idParam<TemplateVersionId>("templateversion"));
  co_return co_await inTransaction(call.services.store, [actor = call.user(), id, action](Transaction& tx) {
    return templateVersionFor(tx, actor, id, action);
  });
}

Task<ApiResult<store::TemplateVersionRecord>> importedVersionOfPath(Call& call, int status) {
  CO_TRY_ASSIGN(const auto id, call.idParam<TemplateVersionId>("templateversion"));
  co_return co_await inTransaction(
      call.services.store,
      [actor = call.user(), id, status](Transaction& tx) -> ApiResult<store::TemplateVersionRecord> {
        TRY_ASSIGN(auto version, templateVersionFor(tx, actor, id, Action::Read));
        TRY_ASSIGN(const auto job, store::getJob(tx, version.jobId));
        if (job.isActive()) return apiFail(status, "Template version job has not finished");
        return version;
      });
}

Task<Answer> answerResources(Call& call, JobId job) {
  const ViewContext context{call.services.clock.wallNow(), call.user().userId, {}, {}};
  CO_TRY_ASSIGN(auto resources, co_await call.services.store.run(
                                    [job, context](Transaction& tx) { return readResources(tx, job, context); }));
  std::ranges::stable_sort(resources, {}, &api::WorkspaceResource::name);
  co_return jsonResponse(200, resources);
}

Task<ApiResult<void>> cancelJobOf(Call& call, JobId job) {
  CO_TRY(co_await inTransaction(call.services.store,
                                [job, now = call.services.clock.wallNow()](Transaction& tx) -> ApiResult<void> {
                                  TRY_ASSIGN(const auto record, store::getJob(tx, job));
                                  if (record.completedAt) return apiFail(400, "Job has already completed!");
                                  if (record.canceledAt)
                                    return apiFail(400, "Job has already been marked as canceled!");
                                  TRY(store::cancelJob(tx, job, now));
                                  return {};
                                }));
  if (call.services.worker) call.services.worker->cancel(job);
  call.services.events.publish(Topic::Job, job);
  co_return ApiResult<void>();
}

}  // namespace berth::server::routes
