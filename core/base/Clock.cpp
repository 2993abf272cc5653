#include "core/base/Clock.h"

#include <charconv>
#include <format>

namespace berth {

namespace {

// Takes exactly `digits` decimal digits off the front of `text`.
std::optional<int> takeNumber(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
  if (error != std::errc() || end != text.data() + digits || text[0] == '-') return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool takeChar(std::string_view& text, std::string_view allowed) {
  if (text.empty() || allowed.find(text[0]) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// Fraction digits beyond microseconds are dropped.
std::chrono::microseconds takeFraction(std::string_view& text) {
  std::int64_t value = 0;
  std::int64_t scale = 100'000;
  while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
    value += (text[0] - '0') * scale;
    scale /= 10;
    text.remove_prefix(1);
  }
  return std::chrono::microseconds(value);
}

}  // namespace

std::string formatRfc3339(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  std::string text = std::format("{:%FT%T}", seconds);
  if (const auto fraction = (time - seconds).count(); fraction != 0) {
    text += std::format(".{:06}", fraction);
    text.erase(text.find_last_not_of('0') + 1);
  }
  return text + 'Z';
}

std::optional<WallTime> parseRfc3339(std::string_view text) {
  const auto year = takeNumber(text, 4);
  if (!year || !takeChar(text, "-")) return std::nullopt;
  const auto month = takeNumber(text, 2);
  if (!month || !takeChar(text, "-")) return std::nullopt;
  const auto day = takeNumber(text, 2);
  if (!day || !takeChar(text, "Tt ")) return std::nullopt;
  const auto hour = takeNumber(text, 2);
  if (!hour || !takeChar(text, ":")) return std::nullopt;
  const auto minute = takeNumber(text, 2);
  if (!minute || !takeChar(text, ":")) return std::nullopt;
  const auto second = takeNumber(text, 2);
  if (!second) return std::nullopt;
  const auto fraction = takeChar(text, ".") ? takeFraction(text) : std::chrono::microseconds(0);

  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;

  std::chrono::minutes offset(0);
  if (!takeChar(text, "Zz")) {
    if (text.empty() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
    const int sign = text[0] == '-' ? -1 : 1;
    text.remove_prefix(1);
    const auto offsetHours = takeNumber(text, 2);
    if (!offsetHours || !takeChar(text, ":")) return std::nullopt;
    const auto offsetMinutes = takeNumber(text, 2);
    if (!offsetMinutes) return std::nullopt;
    offset = sign * (std::chrono::hours(*offsetHours) + std::chrono::minutes(*offsetMinutes));
  }
  if (!text.empty()) return std::nullopt;
  return WallTime(std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
                  std::chrono::seconds(*second) + fraction - offset);
}

}  // namespace berth
