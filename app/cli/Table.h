// Tables as the stock command line prints them: upper-case heads, columns two spaces apart.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/base/Error.h"

namespace berth::cli {

std::string formatTable(const std::vector<std::string>& heads, const std::vector<std::vector<std::string>>& rows);

template <typename T>
struct Column {
  std::string name;  // as --column takes it, lower case
  std::function<std::string(const T&)> text;
};

// The chosen columns of `all`, in the order chosen. InvalidInput lists the names that there are.
template <typename T>
Result<std::vector<Column<T>>> chooseColumns(const std::vector<Column<T>>& all, const std::vector<std::string>& names);

template <typename T>
std::string formatTable(const std::vector<Column<T>>& columns, const std::vector<T>& items) {
  std::vector<std::string> heads;
  for (const auto& column : columns) heads.push_back(column.name);
  std::vector<std::vector<std::string>> rows;
  for (const auto& item : items) {
    auto& row = rows.emplace_back();
    for (const auto& column : columns) row.push_back(column.text(item));
  }
  return formatTable(heads, rows);
}

Error unknownColumn(const std::string& name, const std::vector<std::string>& known);
bool isSameColumn(const std::string& a, const std::string& b);

template <typename T>
Result<std::vector<Column<T>>> chooseColumns(const std::vector<Column<T>>& all, const std::vector<std::string>& names) {
  std::vector<Column<T>> chosen;
  for (const auto& name : names) {
    bool isFound = false;
    for (const auto& column : all) {
      if (!isSameColumn(column.name, name)) continue;
      chosen.push_back(column);
      isFound = true;
    }
    if (isFound) continue;
    std::vector<std::string> known;
    for (const auto& column : all) known.push_back(column.name);
    return fail(unknownColumn(name, known));
  }
  return chosen;
}

}  // namespace berth::cli
