#include <cmath>

#include "core/agent/stat/Stat.h"

namespace berth::agent::stat {

namespace {

// Three digits for what is below 1, then fewer: the figures end up in narrow columns.
int fractionDigits(double value) {
  const double size = std::abs(value);
  if (size == 0) return 0;
  if (size < 1) return 3;
  if (size < 10) return 2;
  return size < 100 ? 1 : 0;
}

std::string formatNumber(double value) {
  std::string text = std::format("{:.{}f}", value, fractionDigits(value));
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
  }
  return text;
}

// Shortest form that reads back as the same number, without an exponent.
std::string formatExact(double value) {
  return value == std::floor(value) ? std::format("{:.0f}", value) : std::format("{}", value);
}

}  // namespace

std::optional<double> parsePrefix(std::string_view prefix) {
  double factor = 1;
  for (const std::string_view known : {"", "Ki", "Mi", "Gi", "Ti"}) {
    if (prefix == known) return factor;
    factor *= 1024;
  }
  return std::nullopt;
}

std::string formatText(const Usage& usage, std::string_view prefix) {
  const double factor = parsePrefix(prefix).value_or(1);
  std::string text = formatNumber(usage.used / factor);
  if (usage.total) text += "/" + formatNumber(*usage.total / factor);
  text += std::format(" {}{}", prefix, usage.unit);
  if (usage.total && *usage.total > 0) text += std::format(" ({:.0f}%)", usage.used / *usage.total * 100);
  return text;
}

std::string formatJson(const Usage& usage) {
  return std::format("{{\n  \"total\": {},\n  \"unit\": \"{}\",\n  \"used\": {}\n}}",
                     usage.total ? formatExact(*usage.total) : "null", usage.unit, formatExact(usage.used));
}

}  // namespace berth::agent::stat
