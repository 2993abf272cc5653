// Templates and their versions as the API shows them, and finding those that a path names. Inside transactions.
#pragma once

#include "core/api/TemplateVersions.h"
#include "core/api/Templates.h"
#include "core/server/http/Authorization.h"
#include "core/store/Records.h"
#include "core/store/Store.h"

namespace berth::server {

Result<api::Template> readTemplate(store::Transaction& tx, const store::TemplateRecord& record);
Result<api::TemplateVersion> readTemplateVersion(store::Transaction& tx, const store::TemplateVersionRecord& version,
                                                 WallTime now);

// 404 when there is none or the actor may not read it, 403 when he may read it but not do `action`.
ApiResult<store::TemplateRecord> templateFor(store::Transaction& tx, const Actor& actor, TemplateId id, Action action);
ApiResult<store::TemplateVersionRecord> templateVersionFor(store::Transaction& tx, const Actor& actor,
                                                           TemplateVersionId id, Action action);

}  // namespace berth::server
