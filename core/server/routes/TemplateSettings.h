// A template's settings from requests: checks and defaults (reference/rest-api.md 3.3).
#pragma once

#include "core/api/Templates.h"
#include "core/server/http/ApiError.h"
#include "core/store/Records.h"

namespace berth::server {

// 400 "Invalid create template request." (or `message`) with one validation for each bad field.
ApiResult<store::TemplateRecord> newTemplate(const api::CreateTemplateRequest& request);
ApiResult<void> applyTemplateChanges(store::TemplateRecord& record, const api::UpdateTemplateMeta& changes);

}  // namespace berth::server
