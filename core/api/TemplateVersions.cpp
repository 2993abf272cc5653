#include "core/api/TemplateVersions.h"

#include "core/api/detail/Codec.h"

namespace berth::api {
BERTH_API_CODEC(TemplateVersion);
BERTH_API_CODEC(CreateTemplateVersionRequest);
BERTH_API_CODEC(PatchTemplateVersionRequest);
BERTH_API_CODEC(CreateTemplateVersionDryRunRequest);
}  // namespace berth::api
