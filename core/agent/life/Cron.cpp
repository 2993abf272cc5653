#include "core/agent/life/Cron.h"

#include <boost/algorithm/string/predicate.hpp>
#include <charconv>
#include <ctime>
#include <format>
#include <vector>

namespace berth::agent {

namespace {

using std::chrono::local_days;
using std::chrono::local_seconds;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr int kDaysAhead = 5 * 366;
constexpr int kMaxClockChanges = 20;  // in that time

constexpr std::string_view kMonths[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                        "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::string_view kWeekdays[] = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

struct Field {
  std::string_view name;
  unsigned least;
  unsigned most;
  std::span<const std::string_view> names = {};  // of the values from `least` on
};
constexpr Field kFields[] = {{"second", 0, 59},       {"minute", 0, 59},         {"hour", 0, 23},
                             {"day of month", 1, 31}, {"month", 1, 12, kMonths}, {"day of week", 0, 6, kWeekdays}};
constexpr std::size_t kFieldsAtLeast = std::size(kFields) - 1;

struct Values {
  std::uint64_t bits = 0;
  bool isAny = false;  // "*" or "?" stands in it
};

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto at = text.find_first_of(separators);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::optional<unsigned> parseNumber(std::string_view text) {
  unsigned value = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return value;
}

std::optional<unsigned> parseValue(std::string_view text, const Field& field) {
  for (unsigned i = 0; i < field.names.size(); ++i)
    if (boost::iequals(text, field.names[i])) return field.least + i;
  const auto value = parseNumber(text);
  return value && *value >= field.least && *value <= field.most ? value : std::nullopt;
}

// One entry of a list: "*", "5", "1-5", each also with "/step".
bool addEntry(std::string_view text, const Field& field, Values& values) {
  const auto slash = text.find('/');
  const std::string_view range = text.substr(0, slash);
  const auto step = slash == std::string_view::npos ? std::optional(1U) : parseNumber(text.substr(slash + 1));
  const auto dash = range.find('-');
  std::optional<unsigned> first = field.least;
  std::optional<unsigned> last = field.most;
  if (range == "*" || range == "?") {
    values.isAny = values.isAny || step == 1U;
  } else {
    first = parseValue(range.substr(0, dash), field);
    if (dash != std::string_view::npos)
      last = parseValue(range.substr(dash + 1), field);
    else if (slash == std::string_view::npos)
      last = first;
  }
  if (!step || *step == 0 || !first || !last || *first > *last) return false;
  for (unsigned value = *first; value <= *last; value += *step) values.bits |= std::uint64_t{1} << value;
  return true;
}

Result<Values> parseField(std::string_view text, const Field& field) {
  Values values;
  for (const auto entry : split(text, ","))
    if (!addEntry(entry, field, values))
      return fail(ErrorCode::InvalidInput, std::format("\"{}\" is no {}: expected values from {} to {}", entry,
                                                       field.name, field.least, field.most));
  return values;
}

// "1h30m", as Go programs write it, in whole seconds.
Result<CronSchedule> parseEvery(std::string_view text) {
  CronSchedule schedule;
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto unitAt = rest.find_first_of("hms");
    const auto count = parseNumber(rest.substr(0, unitAt));
    if (!count || unitAt == std::string_view::npos) break;
    const unsigned size = rest[unitAt] == 'h' ? 3600 : rest[unitAt] == 'm' ? 60 : 1;
    schedule.every += seconds(std::int64_t{*count} * size);
    rest.remove_prefix(unitAt + 1);
  }
  if (rest.empty() && schedule.every > seconds(0)) return schedule;
  return fail(ErrorCode::InvalidInput, std::format("\"@every {}\": expected a time such as 1h30m or 45s", text));
}

Result<CronSchedule> parseDescriptor(std::string_view text) {
  constexpr std::pair<std::string_view, std::string_view> kDescriptors[] = {
      {"@yearly", "0 0 0 1 1 *"}, {"@annually", "0 0 0 1 1 *"}, {"@monthly", "0 0 0 1 * *"}, {"@weekly", "0 0 0 * * 0"},
      {"@daily", "0 0 0 * * *"},  {"@midnight", "0 0 0 * * *"}, {"@hourly", "0 0 * * * *"}};
  constexpr std::string_view kEvery = "@every ";
  if (text.starts_with(kEvery)) return parseEvery(text.substr(kEvery.size()));
  for (const auto& [name, fields] : kDescriptors)
    if (text == name) return parseCron(fields);
  return fail(ErrorCode::InvalidInput, std::format("there is no schedule \"{}\"", text));
}

bool isOn(const CronSchedule& schedule, local_days day) {
  const std::chrono::year_month_day date(day);
  if (!schedule.months[static_cast<unsigned>(date.month())]) return false;
  const bool isDay = schedule.days[static_cast<unsigned>(date.day())];
  const bool isWeekday = schedule.weekdays[std::chrono::weekday(day).c_encoding()];
  const bool isEitherOpen = schedule.hasAnyDay || schedule.hasAnyWeekday;
  return isEitherOpen ? isDay && isWeekday : isDay || isWeekday;
}

// The first time of day from `from` on.
std::optional<seconds> timeOfDay(const CronSchedule& schedule, seconds from) {
  const std::chrono::hh_mm_ss least(from);
  const auto leastHour = static_cast<std::size_t>(least.hours().count());
  for (std::size_t hour = leastHour; hour < schedule.hours.size(); ++hour) {
    if (!schedule.hours[hour]) continue;
    for (std::size_t minute = 0; minute < schedule.minutes.size(); ++minute) {
      if (!schedule.minutes[minute]) continue;
      for (std::size_t second = 0; second < schedule.seconds.size(); ++second) {
        const seconds at(hour * 3600 + minute * 60 + second);
        if (schedule.seconds[second] && at >= from) return at;
      }
    }
  }
  return std::nullopt;
}

std::optional<local_seconds> nextLocal(const CronSchedule& schedule, local_seconds after) {
  const local_seconds begin = after + seconds(1);
  const auto today = std::chrono::floor<std::chrono::days>(begin);
  for (int ahead = 0; ahead <= kDaysAhead; ++ahead) {
    const local_days day = today + std::chrono::days(ahead);
    if (!isOn(schedule, day)) continue;
    if (const auto time = timeOfDay(schedule, ahead == 0 ? begin - today : seconds(0))) return day + *time;
  }
  return std::nullopt;
}

// By the C library: it knows the zone of this machine, also without a zone database.
local_seconds toLocal(sys_seconds time) {
  const std::time_t utc = std::chrono::system_clock::to_time_t(time);
  std::tm local{};
  ::localtime_r(&utc, &local);
  const std::chrono::year_month_day date(std::chrono::year(local.tm_year + 1900),
                                         std::chrono::month(static_cast<unsigned>(local.tm_mon + 1)),
                                         std::chrono::day(static_cast<unsigned>(local.tm_mday)));
  return local_days(date) + seconds(local.tm_hour * 3600 + local.tm_min * 60 + local.tm_sec);
}

seconds offsetAt(sys_seconds time) { return toLocal(time).time_since_epoch() - time.time_since_epoch(); }

// When the clock is changed between two times of different offsets.
sys_seconds changeBetween(sys_seconds before, sys_seconds after) {
  const seconds offset = offsetAt(before);
  while (after - before > seconds(1)) {
    const sys_seconds middle = before + (after - before) / 2;
    (offsetAt(middle) == offset ? before : after) = middle;
  }
  return after;
}

}  // namespace

Result<CronSchedule> parseCron(std::string_view text) {
  if (text.starts_with('@')) return parseDescriptor(text);
  std::vector<std::string_view> parts = split(text, " \t");
  std::erase(parts, "");
  if (parts.size() == kFieldsAtLeast) parts.push_back("*");
  if (parts.size() != std::size(kFields))
    return fail(
        ErrorCode::InvalidInput,
        std::format("\"{}\" has {} fields: expected second, minute, hour, day of month, month and, if wanted, day "
                    "of week",
                    text, parts.size()));
  std::array<Values, std::size(kFields)> values;
  for (std::size_t i = 0; i < values.size(); ++i) {
    TRY_ASSIGN(values[i], parseField(parts[i], kFields[i]));
  }
  return CronSchedule{.seconds = values[0].bits,
                      .minutes = values[1].bits,
                      .hours = values[2].bits,
                      .days = values[3].bits,
                      .months = values[4].bits,
                      .weekdays = values[5].bits,
                      .hasAnyDay = values[3].isAny,
                      .hasAnyWeekday = values[5].isAny};
}

// Hours that a change of the clock leaves out or repeats are what the clock shows: left out or repeated.
std::optional<WallTime> nextTime(const CronSchedule& schedule, WallTime now) {
  if (schedule.every > seconds(0)) return now + schedule.every;
  sys_seconds from = std::chrono::floor<seconds>(now);
  local_seconds local = toLocal(from);
  for (int change = 0; change < kMaxClockChanges; ++change) {
    const auto next = nextLocal(schedule, local);
    if (!next) return std::nullopt;
    const sys_seconds at(next->time_since_epoch() - offsetAt(from));
    if (toLocal(at) == *next) return at;
    from = changeBetween(from, at);
    local = toLocal(from) - seconds(1);
  }
  return std::nullopt;
}

Task<void> repeatByCron(CronSchedule schedule, const Clock& clock, SleepUntil sleepUntil,
                        std::function<Task<void>()> runOnce) {
  while (const auto at = nextTime(schedule, clock.wallNow())) {
    if (!co_await sleepUntil(*at)) co_return;
    co_await runOnce();
  }
}

}  // namespace berth::agent
