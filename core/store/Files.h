// Uploaded archives. A creator has each content once.
#pragma once

#include <string_view>
#include "core/store/Records.h"
#include "core/store/Store.h"

namespace berth::store {

Result<void> insertFile(Transaction& tx, const FileRecord& file);  // AlreadyExists: same creator and hash
Result<std::optional<FileRecord>> findFile(Transaction& tx, FileId id);
Result<std::optional<FileId>> findFileByHash(Transaction& tx, UserId creator, std::string_view hash);

}  // namespace berth::store
