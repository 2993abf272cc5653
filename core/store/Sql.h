// For query files: records to and from rows, and the statements that follow from a record's description.
//
//   const Query kInsert = insertQuery<FileRecord>("files");
//   const Query kById = selectQuery<FileRecord>("file by id", "files", "WHERE id = ?");
//
//   Result<void> insertFile(Transaction& tx, const FileRecord& file) { return insertRow(tx, kInsert, file); }
//   Result<std::optional<FileRecord>> findFile(Transaction& tx, FileId id) { return findRow<FileRecord>(tx, kById, id);
//   }
//
// SQL here is what SQLite and PostgreSQL both take; where they differ, the driver's folder has it.
#pragma once

#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>
#include <concepts>

#include "core/store/Connection.h"
#include "core/store/Records.h"
#include "core/store/Store.h"

namespace berth::store {

// -- one value ---------------------------------------------------------------------------------------------------

// Lists and maps are kept as JSON text.
std::string columnText(const std::vector<std::string>& list);
std::string columnText(const std::vector<DisplayApp>& list);
std::string columnText(const std::vector<ParameterOption>& list);
std::string columnText(const TextMap& map);
std::string columnText(const std::map<std::string, std::int64_t>& map);
std::string columnText(const JobInput& input);
Result<void> fromColumnText(std::string_view text, std::vector<std::string>& list);
Result<void> fromColumnText(std::string_view text, std::vector<DisplayApp>& list);
Result<void> fromColumnText(std::string_view text, std::vector<ParameterOption>& list);
Result<void> fromColumnText(std::string_view text, TextMap& map);
Result<void> fromColumnText(std::string_view text, std::map<std::string, std::int64_t>& map);
Result<void> fromColumnText(std::string_view text, JobInput& input);

Error wrongColumnType();

template <typename T>
concept IdLike = requires(const T& id) {
  { T::parse(std::string_view()) } -> std::same_as<std::optional<T>>;
  { id.toString() } -> std::same_as<std::string>;
};

template <typename T>
concept JsonColumn = requires(const T& value) { columnText(value); };

template <typename T>
Value toValue(const T& value) {
  if constexpr (std::same_as<T, bool>) {
    return std::int64_t{value ? 1 : 0};
  } else if constexpr (std::integral<T>) {
    return static_cast<std::int64_t>(value);
  } else if constexpr (std::floating_point<T>) {
    return static_cast<double>(value);
  } else if constexpr (std::same_as<T, WallTime>) {
    return std::int64_t{value.time_since_epoch().count()};
  } else if constexpr (IdLike<T>) {
    return value.toString();
  } else if constexpr (WordEnum<T>) {
    return std::string(toString(value));
  } else if constexpr (std::convertible_to<const T&, std::string_view>) {
    return std::string(std::string_view(value));
  } else if constexpr (std::convertible_to<const T&, ByteView> && !JsonColumn<T>) {
    return toBytes(value);
  } else {
    return columnText(value);
  }
}
template <typename T>
Value toValue(const std::optional<T>& value) {
  return value ? toValue(*value) : Value();
}

template <typename T>
Result<void> fromValue(const Value& in, T& out) {
  if constexpr (std::same_as<T, bool> || std::integral<T>) {
    const auto* number = std::get_if<std::int64_t>(&in);
    if (number == nullptr) return fail(wrongColumnType());
    out = static_cast<T>(*number);
  } else if constexpr (std::floating_point<T>) {
    const auto* number = std::get_if<double>(&in);
    if (number == nullptr) return fail(wrongColumnType());
    out = *number;
  } else if constexpr (std::same_as<T, WallTime>) {
    const auto* number = std::get_if<std::int64_t>(&in);
    if (number == nullptr) return fail(wrongColumnType());
    out = WallTime(std::chrono::microseconds(*number));
  } else if constexpr (std::same_as<T, Bytes>) {
    const auto* bytes = std::get_if<Bytes>(&in);
    if (bytes == nullptr) return fail(wrongColumnType());
    out = *bytes;
  } else {
    const auto* text = std::get_if<std::string>(&in);
    if (text == nullptr) return fail(wrongColumnType());
    if constexpr (std::same_as<T, std::string>) {
      out = *text;
    } else if constexpr (WordEnum<T>) {
      out = enumFromText<T>(*text);
    } else if constexpr (IdLike<T>) {
      const auto id = T::parse(*text);
      if (!id) return fail(wrongColumnType());
      out = *id;
    } else {
      return fromColumnText(*text, out);
    }
  }
  return {};
}
template <typename T>
Result<void> fromValue(const Value& in, std::optional<T>& out) {
  if (std::holds_alternative<std::monostate>(in)) {
    out.reset();
    return {};
  }
  return fromValue(in, out.emplace());
}

// -- a record ----------------------------------------------------------------------------------------------------

// "createdAt" to "created_at".
std::string columnName(std::string_view memberName);

template <typename Record>
using Columns = boost::describe::describe_members<Record, boost::describe::mod_public>;

template <typename Record>
std::vector<std::string> columnNames() {
  std::vector<std::string> names;
  boost::mp11::mp_for_each<Columns<Record>>([&](auto member) { names.push_back(columnName(member.name)); });
  return names;
}

template <typename Record>
std::vector<Value> toRow(const Record& record) {
  std::vector<Value> row;
  boost::mp11::mp_for_each<Columns<Record>>([&](auto member) { row.push_back(toValue(record.*member.pointer)); });
  return row;
}

template <typename Record>
Result<Record> fromRow(const Row& row) {
  Record record;
  std::size_t column = 0;
  Result<void> result;
  boost::mp11::mp_for_each<Columns<Record>>([&](auto member) {
    if (!result) return;
    if (column >= row.size()) {
      result = fail(wrongColumnType());
      return;
    }
    result = fromValue(row[column++], record.*member.pointer);
    if (!result) result = fail(result.error().in(member.name));
  });
  if (!result) return fail(std::move(result).error());
  return record;
}

// -- statements that follow from a record ------------------------------------------------------------------------

namespace detail {
Query makeSelect(std::string name, std::vector<std::string> columns, std::string_view from, std::string_view tail);
Query makeInsert(std::string_view table, const std::vector<std::string>& columns);
Query makeUpdate(std::string_view table, const std::vector<std::string>& columns);
Query makeUpsert(std::string_view table, const std::vector<std::string>& columns, std::vector<std::string_view> key);
}  // namespace detail

// `from` is a table, or a join whose first word is the table that the record is of, with its alias: "agents a JOIN
// ...".
template <typename Record>
Query selectQuery(std::string name, std::string_view from, std::string_view tail) {
  return detail::makeSelect(std::move(name), columnNames<Record>(), from, tail);
}
template <typename Record>
Query insertQuery(std::string_view table) {
  return detail::makeInsert(table, columnNames<Record>());
}
// Writes all columns of the row whose first column is the record's first member.
template <typename Record>
Query updateQuery(std::string_view table) {
  return detail::makeUpdate(table, columnNames<Record>());
}
// Inserts, or writes all columns of the row that has the same key.
template <typename Record>
Query upsertQuery(std::string_view table, std::vector<std::string_view> key) {
  return detail::makeUpsert(table, columnNames<Record>(), std::move(key));
}

// -- running them ------------------------------------------------------------------------------------------------

Result<Outcome> execute(Transaction& tx, const Query& query, const std::vector<Value>& parameters);

// The number of rows written.
template <typename... Args>
Result<std::int64_t> write(Transaction& tx, const Query& query, const Args&... args) {
  TRY_ASSIGN(const auto outcome, execute(tx, query, {toValue(args)...}));
  return outcome.changed;
}

// Any number of rows, of which none has to exist.
template <typename... Args>
Result<void> writeAny(Transaction& tx, const Query& query, const Args&... args) {
  TRY(execute(tx, query, {toValue(args)...}));
  return {};
}

// NotFound when no row was written.
template <typename... Args>
Result<void> writeOne(Transaction& tx, const Query& query, const Args&... args) {
  TRY_ASSIGN(const auto changed, write(tx, query, args...));
  if (changed == 0) return fail(ErrorCode::NotFound, query.name + ": no such row");
  return {};
}

template <typename Record>
Result<void> insertRow(Transaction& tx, const Query& query, const Record& record) {
  TRY(execute(tx, query, toRow(record)));
  return {};
}

template <typename Record>
Result<void> updateRow(Transaction& tx, const Query& query, const Record& record) {
  auto parameters = toRow(record);
  parameters.push_back(parameters.front());
  TRY_ASSIGN(const auto outcome, execute(tx, query, parameters));
  if (outcome.changed == 0) return fail(ErrorCode::NotFound, query.name + ": no such row");
  return {};
}

template <typename Record, typename... Args>
Result<std::vector<Record>> listRows(Transaction& tx, const Query& query, const Args&... args) {
  TRY_ASSIGN(const auto outcome, execute(tx, query, {toValue(args)...}));
  std::vector<Record> records;
  records.reserve(outcome.rows.size());
  for (const auto& row : outcome.rows) {
    auto record = fromRow<Record>(row);
    if (!record) return fail(record.error().in(query.name));
    records.push_back(*std::move(record));
  }
  return records;
}

template <typename Record, typename... Args>
Result<std::optional<Record>> findRow(Transaction& tx, const Query& query, const Args&... args) {
  TRY_ASSIGN(auto records, listRows<Record>(tx, query, args...));
  if (records.empty()) return std::optional<Record>();
  return std::optional<Record>(std::move(records.front()));
}

template <typename Record, typename... Args>
Result<Record> getRow(Transaction& tx, const Query& query, const Args&... args) {
  TRY_ASSIGN(auto record, findRow<Record>(tx, query, args...));
  if (!record) return fail(ErrorCode::NotFound, query.name + ": no such row");
  return *std::move(record);
}

// The first column of the first row.
template <typename T, typename... Args>
Result<std::optional<T>> findValue(Transaction& tx, const Query& query, const Args&... args) {
  TRY_ASSIGN(const auto outcome, execute(tx, query, {toValue(args)...}));
  std::optional<T> value;
  if (outcome.rows.empty() || outcome.rows.front().empty()) return value;
  TRY(fromValue(outcome.rows.front().front(), value));
  return value;
}

}  // namespace berth::store
