#include "core/store/Sql.h"

namespace berth::store {

Error wrongColumnType() { return Error(ErrorCode::Internal, "the database holds a value of an unexpected type"); }

std::string columnName(std::string_view memberName) {
  std::string name;
  for (const char c : memberName) {
    if (c >= 'A' && c <= 'Z') {
      name += '_';
      name += static_cast<char>(c - 'A' + 'a');
    } else {
      name += c;
    }
  }
  return name;
}

Result<Outcome> execute(Transaction& tx, const Query& query, const std::vector<Value>& parameters) {
  return tx.connection().execute(query, parameters);
}

namespace {

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string text;
  for (const auto& word : words) {
    if (!text.empty()) text += between;
    text += word;
  }
  return text;
}

std::string placeholders(std::size_t count) { return joined(std::vector<std::string>(count, "?"), ", "); }

// The alias of the first table of a FROM clause: "agents a JOIN ..." has "a", "agents" has none.
std::string_view aliasOf(std::string_view from) {
  const auto space = from.find(' ');
  if (space == std::string_view::npos) return {};
  const auto rest = from.substr(space + 1);
  return rest.substr(0, rest.find(' '));
}

}  // namespace

namespace detail {

Query makeSelect(std::string name, std::vector<std::string> columns, std::string_view from, std::string_view tail) {
  if (const auto alias = aliasOf(from); !alias.empty())
    for (auto& column : columns) column = std::format("{}.{}", alias, column);
  return {.name = std::move(name), .text = std::format("SELECT {} FROM {} {}", joined(columns, ", "), from, tail)};
}

Query makeInsert(std::string_view table, const std::vector<std::string>& columns) {
  return {.name = std::format("insert into {}", table),
          .text = std::format("INSERT INTO {} ({}) VALUES ({})", table, joined(columns, ", "),
                              placeholders(columns.size()))};
}

Query makeUpdate(std::string_view table, const std::vector<std::string>& columns) {
  std::vector<std::string> assignments;
  for (const auto& column : columns) assignments.push_back(column + " = ?");
  return {.name = std::format("update {}", table),
          .text = std::format("UPDATE {} SET {} WHERE {} = ?", table, joined(assignments, ", "), columns.front())};
}

Query makeUpsert(std::string_view table, const std::vector<std::string>& columns, std::vector<std::string_view> key) {
  std::vector<std::string> assignments;
  for (const auto& column : columns)
    if (std::ranges::find(key, column) == key.end()) assignments.push_back(std::format("{0} = excluded.{0}", column));
  auto query = makeInsert(table, columns);
  query.name = std::format("put into {}", table);
  query.text += std::format(" ON CONFLICT ({}) DO UPDATE SET {}",
                            joined(std::vector<std::string>(key.begin(), key.end()), ", "), joined(assignments, ", "));
  return query;
}

}  // namespace detail

}  // namespace berth::store
