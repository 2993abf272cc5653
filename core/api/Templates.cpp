#include "core/api/Templates.h"

#include "core/api/detail/Codec.h"

namespace berth::api {
BERTH_API_CODEC(UploadResponse);
BERTH_API_CODEC(BuildTimeStats);
BERTH_API_CODEC(AutostopRequirement);
BERTH_API_CODEC(AutostartRequirement);
BERTH_API_CODEC(Template);
BERTH_API_CODEC(CreateTemplateRequest);
BERTH_API_CODEC(UpdateTemplateMeta);
BERTH_API_CODEC(TemplateExample);
BERTH_API_CODEC(UpdateActiveTemplateVersion);
BERTH_API_CODEC(ArchiveTemplateVersionsRequest);
BERTH_API_CODEC(ArchiveTemplateVersionsResponse);
}  // namespace berth::api
