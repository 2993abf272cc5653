#include "core/api/ProvisionerJobs.h"

#include "core/api/detail/Codec.h"

namespace berth::api {
BERTH_API_CODEC(ProvisionerJobInput);
BERTH_API_CODEC(ProvisionerJobMetadata);
BERTH_API_CODEC(ProvisionerJob);
BERTH_API_CODEC(ProvisionerJobLog);
BERTH_API_CODEC(MatchedProvisioners);
BERTH_API_CODEC(ProvisionerDaemonJob);
BERTH_API_CODEC(ProvisionerDaemon);
}  // namespace berth::api
