#include "core/api/ExternalAuth.h"

#include "core/api/detail/Codec.h"

namespace berth::api {
BERTH_API_CODEC(AgentExternalAuth);
}  // namespace berth::api
