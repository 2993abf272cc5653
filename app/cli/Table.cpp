#include "app/cli/Table.h"

#include <algorithm>
#include <cctype>
#include <format>

namespace berth::cli {

namespace {

// Code points, near enough to columns for what stands in these tables.
std::size_t widthOf(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

void appendRow(std::string& out, const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    out += cells[i];
    if (i + 1 < cells.size()) out.append(widths[i] - widthOf(cells[i]) + 2, ' ');
  }
  while (out.ends_with(' ')) out.pop_back();
  out += '\n';
}

}  // namespace

std::string formatTable(const std::vector<std::string>& heads, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::string> titles;
  std::vector<std::size_t> widths;
  for (const auto& head : heads) {
    titles.push_back(upper(head));
    widths.push_back(widthOf(head));
  }
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], widthOf(row[i]));
  std::string out;
  appendRow(out, titles, widths);
  for (const auto& row : rows) appendRow(out, row, widths);
  out.pop_back();
  return out;
}

bool isSameColumn(const std::string& a, const std::string& b) { return upper(a) == upper(b); }

Error unknownColumn(const std::string& name, const std::vector<std::string>& known) {
  std::string all;
  for (const auto& each : known) all += (all.empty() ? "" : ", ") + each;
  return Error(ErrorCode::InvalidInput, std::format("there is no column \"{}\"; the columns are: {}", name, all));
}

}  // namespace berth::cli
