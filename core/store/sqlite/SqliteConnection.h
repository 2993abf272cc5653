// The SQLite driver: one connection in WAL mode, statements kept prepared by their text.
#pragma once

#include <filesystem>
#include <memory>

#include "core/store/Connection.h"

namespace berth::store {

// Opens or creates the file (parent folders must exist) with foreign keys on. After a crash or a kill -9 everything
// committed before is there; after a power cut the last commits may be missing, none of them half (synchronous=NORMAL).
Result<std::unique_ptr<Connection>> openSqlite(const std::filesystem::path& file);

// Brings the schema to the newest version, each step in a transaction of its own. Unsupported when the file is newer.
Result<void> migrateSqlite(Connection& connection);

}  // namespace berth::store
