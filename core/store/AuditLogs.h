// The audit log.
#pragma once

#include <string_view>
#include "core/store/Records.h"
#include "core/store/Store.h"

namespace berth::store {

Result<void> insertAuditLog(Transaction& tx, const AuditLogRecord& entry);
Result<std::vector<AuditLogRecord>> listAuditLogs(Transaction& tx, std::int64_t limit,
                                                  std::int64_t offset);  // newest first
Result<std::int64_t> countAuditLogs(Transaction& tx);

}  // namespace berth::store
