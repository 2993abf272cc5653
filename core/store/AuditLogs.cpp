#include "core/store/AuditLogs.h"

#include "core/store/Sql.h"

namespace berth::store {

namespace {
const Query kInsert = insertQuery<AuditLogRecord>("audit_logs");
const Query kPage =
    selectQuery<AuditLogRecord>("list audit logs", "audit_logs", "ORDER BY time DESC, id LIMIT ? OFFSET ?");
const Query kCount{.name = "count audit logs", .text = "SELECT count(*) FROM audit_logs"};
}  // namespace

Result<void> insertAuditLog(Transaction& tx, const AuditLogRecord& entry) { return insertRow(tx, kInsert, entry); }
Result<std::vector<AuditLogRecord>> listAuditLogs(Transaction& tx, std::int64_t limit, std::int64_t offset) {
  return listRows<AuditLogRecord>(tx, kPage, limit, offset);
}
Result<std::int64_t> countAuditLogs(Transaction& tx) {
  TRY_ASSIGN(const auto count, findValue<std::int64_t>(tx, kCount));
  return count.value_or(0);
}

}  // namespace berth::store
