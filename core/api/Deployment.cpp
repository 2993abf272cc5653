#include "core/api/Deployment.h"

#include "core/api/detail/Codec.h"

namespace berth::api {
BERTH_API_CODEC(BuildInfo);
BERTH_API_CODEC(SshConfigResponse);
BERTH_API_CODEC(Region);
BERTH_API_CODEC(RegionsResponse);
BERTH_API_CODEC(UpdateCheckResponse);
BERTH_API_CODEC(AppHostResponse);
BERTH_API_CODEC(Banner);
BERTH_API_CODEC(SupportLink);
BERTH_API_CODEC(Appearance);
BERTH_API_CODEC(AvailableExperiments);
}  // namespace berth::api
