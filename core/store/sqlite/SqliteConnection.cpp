#include "core/store/sqlite/SqliteConnection.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <format>
#include <unordered_map>

namespace berth::store {

namespace {

struct CloseStatement {
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
struct CloseDatabase {
  void operator()(sqlite3* database) const noexcept { sqlite3_close(database); }
};
using Statement = std::unique_ptr<sqlite3_stmt, CloseStatement>;

constexpr int kBusyTimeoutMs = 5'000;

ErrorCode codeOf(int extended) {
  switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY: return ErrorCode::AlreadyExists;
    case SQLITE_CONSTRAINT_FOREIGNKEY: return ErrorCode::Conflict;
    default: break;
  }
  switch (extended & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return ErrorCode::Unavailable;
    case SQLITE_FULL:
    case SQLITE_TOOBIG: return ErrorCode::LimitExceeded;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH: return ErrorCode::PermissionDenied;
    case SQLITE_CANTOPEN: return ErrorCode::NotFound;
    default: return ErrorCode::Internal;
  }
}

class SqliteConnection final : public Connection {
 public:
  explicit SqliteConnection(sqlite3* database) : m_database(database) {}

  Result<Outcome> execute(const Query& query, std::span<const Value> parameters) override {
    TRY_ASSIGN(sqlite3_stmt* const statement, prepared(query));
    const ResetOnExit reset{statement};
    TRY(bindAll(query, statement, parameters));
    Outcome outcome;
    int code = sqlite3_step(statement);
    for (; code == SQLITE_ROW; code = sqlite3_step(statement)) outcome.rows.push_back(readRow(statement));
    if (code != SQLITE_DONE) return fail(lastError(query.name));
    if (sqlite3_stmt_readonly(statement) == 0) outcome.changed = sqlite3_changes64(m_database.get());
    return outcome;
  }

  Result<void> begin() override { return plain("begin", "BEGIN IMMEDIATE"); }
  Result<void> commit() override { return plain("commit", "COMMIT"); }
  void rollback() noexcept override {
    // A failed statement may have rolled back already (disk full); then there is nothing to do.
    if (sqlite3_get_autocommit(m_database.get()) == 0)
      sqlite3_exec(m_database.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  }

  // Several statements at once, for settings and migrations.
  Result<void> plain(std::string_view name, const char* sql) {
    if (sqlite3_exec(m_database.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) return fail(lastError(name));
    return {};
  }

 private:
  struct ResetOnExit {
    sqlite3_stmt* statement;
    ~ResetOnExit() {
      sqlite3_reset(statement);
      sqlite3_clear_bindings(statement);
    }
  };

  Error lastError(std::string_view name) const {
    return Error(codeOf(sqlite3_extended_errcode(m_database.get())), sqlite3_errmsg(m_database.get())).in(name);
  }

  Result<sqlite3_stmt*> prepared(const Query& query) {
    if (const auto known = m_statements.find(query.text); known != m_statements.end()) return known->second.get();
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(m_database.get(), query.text.c_str(), static_cast<int>(query.text.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) return fail(lastError(query.name));
    m_statements.emplace(query.text, Statement(statement));
    return statement;
  }

  // Values outlive the step, so SQLite need not copy them.
  static int bindOne(sqlite3_stmt* statement, int index, const Value& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) return sqlite3_bind_int64(statement, index, *number);
    if (const auto* real = std::get_if<double>(&value)) return sqlite3_bind_double(statement, index, *real);
    if (const auto* text = std::get_if<std::string>(&value))
      return sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
    if (const auto* bytes = std::get_if<Bytes>(&value)) {
      // A null pointer would bind NULL instead of an empty blob.
      if (bytes->empty()) return sqlite3_bind_zeroblob(statement, index, 0);
      return sqlite3_bind_blob64(statement, index, bytes->data(), bytes->size(), SQLITE_STATIC);
    }
    return sqlite3_bind_null(statement, index);
  }

  Result<void> bindAll(const Query& query, sqlite3_stmt* statement, std::span<const Value> parameters) {
    if (sqlite3_bind_parameter_count(statement) != static_cast<int>(parameters.size()))
      return fail(ErrorCode::Internal, query.name + ": wrong number of parameters");
    for (std::size_t i = 0; i < parameters.size(); ++i)
      if (bindOne(statement, static_cast<int>(i) + 1, parameters[i]) != SQLITE_OK) return fail(lastError(query.name));
    return {};
  }

  static Value readColumn(sqlite3_stmt* statement, int column) {
    switch (sqlite3_column_type(statement, column)) {
      case SQLITE_INTEGER: return std::int64_t{sqlite3_column_int64(statement, column)};
      case SQLITE_FLOAT: return sqlite3_column_double(statement, column);
      case SQLITE_TEXT: {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
        return std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
      }
      case SQLITE_BLOB: {
        const auto* bytes = static_cast<const std::byte*>(sqlite3_column_blob(statement, column));
        return Bytes(bytes, bytes + sqlite3_column_bytes(statement, column));
      }
      default: return {};
    }
  }

  static Row readRow(sqlite3_stmt* statement) {
    Row row;
    const int columns = sqlite3_column_count(statement);
    row.reserve(static_cast<std::size_t>(columns));
    for (int i = 0; i < columns; ++i) row.push_back(readColumn(statement, i));
    return row;
  }

  std::unique_ptr<sqlite3, CloseDatabase> m_database;
  std::unordered_map<std::string, Statement> m_statements;  // closed before the database
};

// For this user's eyes only: it holds password hashes, agents' tokens and private keys. SQLite gives its other files
// the same mode. One that is there keeps its own, and what else may be wrong SQLite will say.
void createPrivately(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor >= 0) ::close(descriptor);
}

}  // namespace

Result<std::unique_ptr<Connection>> openSqlite(const std::filesystem::path& file) {
  sqlite3* database = nullptr;
  createPrivately(file);
  // One thread owns the connection, so SQLite's own mutexes are not needed.
  const int code = sqlite3_open_v2(file.c_str(), &database,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  auto connection = std::make_unique<SqliteConnection>(database);
  const auto what = std::format("open database {}", file.string());
  if (code != SQLITE_OK) return fail(Error(codeOf(code), sqlite3_errstr(code)).in(what));
  sqlite3_busy_timeout(database, kBusyTimeoutMs);
  const auto settings = connection->plain("settings",
                                          "PRAGMA journal_mode = WAL;"
                                          "PRAGMA synchronous = NORMAL;"
                                          "PRAGMA foreign_keys = ON;"
                                          "PRAGMA temp_store = MEMORY;"
                                          "PRAGMA cache_size = -4096;"
                                          "PRAGMA journal_size_limit = 67108864;");
  if (!settings) return fail(settings.error().in(what));
  return connection;
}

}  // namespace berth::store
