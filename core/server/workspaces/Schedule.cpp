#include "core/server/workspaces/Schedule.h"

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/split.hpp>
#include <charconv>

namespace berth::server {

namespace {

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kMaxTtl = 30LL * 24 * 60 * kMinute;
constexpr std::array<std::string_view, 7> kDayNames = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

std::optional<unsigned> parseNumber(std::string_view text, unsigned limit) {
  unsigned value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size() || value >= limit) return std::nullopt;
  return value;
}

std::optional<unsigned> parseDay(std::string_view text) {
  for (unsigned day = 0; day < kDayNames.size(); ++day)
    if (boost::iequals(text, kDayNames[day])) return day;
  const auto number = parseNumber(text, 8);
  return number ? std::optional(*number % 7) : std::nullopt;
}

bool addDays(std::string_view range, std::array<bool, 7>& days) {
  if (range == "*") {
    days.fill(true);
    return true;
  }
  const auto dash = range.find('-');
  const auto first = parseDay(range.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : parseDay(range.substr(dash + 1));
  if (!first || !last) return false;
  for (unsigned day = *first;; day = (day + 1) % 7) {
    days[day] = true;
    if (day == *last) return true;
  }
}

}  // namespace

Result<Schedule> parseSchedule(std::string_view text) {
  constexpr std::string_view kZonePrefix = "CRON_TZ=";
  std::vector<std::string> fields;
  boost::split(fields, text, boost::is_any_of(" "), boost::token_compress_on);
  Schedule schedule;
  if (!fields.empty() && fields.front().starts_with(kZonePrefix)) {
    schedule.zone = fields.front().substr(kZonePrefix.size());
    fields.erase(fields.begin());
  }
  if (schedule.zone.empty() || boost::iequals(schedule.zone, "local"))
    return fail(ErrorCode::InvalidInput, "the time zone must be named, such as Europe/Berlin");
  if (fields.size() != 5)
    return fail(ErrorCode::InvalidInput,
                "expected schedule to consist of 5 fields with an optional CRON_TZ=<timezone> prefix");
  if (fields[2] != "*") return fail(ErrorCode::InvalidInput, "expected day-of-month to be *");
  if (fields[3] != "*") return fail(ErrorCode::InvalidInput, "expected month to be *");
  const auto minute = parseNumber(fields[0], 60);
  const auto hour = parseNumber(fields[1], 24);
  if (!minute || !hour) return fail(ErrorCode::InvalidInput, "expected a minute of 0-59 and an hour of 0-23");
  schedule.minute = *minute;
  schedule.hour = *hour;
  std::vector<std::string> ranges;
  boost::split(ranges, fields[4], boost::is_any_of(","));
  for (const auto& range : ranges)
    if (!addDays(range, schedule.days))
      return fail(ErrorCode::InvalidInput,
                  std::format("day-of-week '{}' is none of 0-6, SUN-SAT, ranges or lists of them", range));
  return schedule;
}

std::optional<WallTime> nextStart(const Schedule& schedule, WallTime now) {
  using namespace std::chrono;
  try {
    const auto* zone = locate_zone(schedule.zone);
    const auto today = floor<days>(zone->to_local(now));
    for (int ahead = 0; ahead <= 8; ++ahead) {
      const auto day = today + days(ahead);
      if (!schedule.days.at(weekday(day).c_encoding())) continue;
      const auto at = zone->to_sys(day + hours(schedule.hour) + minutes(schedule.minute), choose::earliest);
      if (at > now) return time_point_cast<microseconds>(at);
    }
  } catch (const std::exception&) {
    // No such zone here, or no zone database at all.
  }
  return std::nullopt;
}

ApiResult<std::optional<std::int64_t>> checkTtl(std::optional<std::int64_t> ttlMs) {
  if (!ttlMs || *ttlMs == 0) return std::optional<std::int64_t>();
  const auto whole = *ttlMs / kMinute * kMinute;
  if (whole < kMinute)
    return apiFail(ApiError::invalidField("ttl_ms", "time until shutdown must be at least one minute"));
  if (whole > kMaxTtl)
    return apiFail(ApiError::invalidField("ttl_ms", "time until shutdown must be less than 30 days"));
  return std::optional(whole);
}

}  // namespace berth::server
