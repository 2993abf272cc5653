// What the routes below /templateversions/{templateversion} share.
#pragma once

#include "core/server/http/Router.h"
#include "core/store/Records.h"

namespace berth::server::routes {

Task<ApiResult<store::TemplateVersionRecord>> versionOfPath(Call& call, Action action);
// Refused with `status` while the import runs (425, 403 or 400, by the route).
Task<ApiResult<store::TemplateVersionRecord>> importedVersionOfPath(Call& call, int status);

// Resources of an import or a dry run, by name.
Task<Answer> answerResources(Call& call, JobId job);
// 400 when the job is over or canceled already.
Task<ApiResult<void>> cancelJobOf(Call& call, JobId job);

}  // namespace berth::server::routes
