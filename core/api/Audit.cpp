#include "core/api/Audit.h"

#include "core/api/detail/Codec.h"

namespace berth::api {
BERTH_API_CODEC(AuditDiffField);
BERTH_API_CODEC(AuditOrganization);
BERTH_API_CODEC(AuditLog);
BERTH_API_CODEC(AuditLogResponse);
}  // namespace berth::api
