#include "core/store/Files.h"

#include "core/store/Sql.h"

namespace berth::store {

namespace {
const Query kInsert = insertQuery<FileRecord>("files");
const Query kById = selectQuery<FileRecord>("file by id", "files", "WHERE id = ?");
const Query kByHash{.name = "file by hash", .text = "SELECT id FROM files WHERE created_by = ? AND hash = ?"};
}  // namespace

Result<void> insertFile(Transaction& tx, const FileRecord& file) { return insertRow(tx, kInsert, file); }
Result<std::optional<FileRecord>> findFile(Transaction& tx, FileId id) { return findRow<FileRecord>(tx, kById, id); }
Result<std::optional<FileId>> findFileByHash(Transaction& tx, UserId creator, std::string_view hash) {
  return findValue<FileId>(tx, kByHash, creator, hash);
}

}  // namespace berth::store
