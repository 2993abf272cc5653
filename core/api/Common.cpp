#include "core/api/Common.h"

#include "core/api/detail/Codec.h"

namespace berth::api {
BERTH_API_CODEC(ValidationError);
BERTH_API_CODEC(Response);
BERTH_API_CODEC(MinimalUser);
BERTH_API_CODEC(SlimRole);
}  // namespace berth::api
