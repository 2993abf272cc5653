// When scripts with a `cron` run (reference/agent-and-ide.md 1.8): six fields, or five without the last,
//
//   second 0-59, minute 0-59, hour 0-23, day of month 1-31, month 1-12 or JAN-DEC, day of week 0-6 or SUN-SAT
//
// each a list with commas of "*", "?", "5", "1-5", and with steps "*/10", "1-30/2", "5/15" (from 5 on). Days of month
// and week that are both restricted are alternatives. Besides: @yearly, @monthly, @weekly, @daily, @hourly, @every
// 1h30m. Times are local ones of the workspace.
#pragma once

#include <bitset>
#include <chrono>
#include <functional>
#include <optional>
#include <string_view>

#include "core/base/Clock.h"
#include "core/base/Error.h"
#include "core/base/Task.h"

namespace berth::agent {

struct CronSchedule {
  std::bitset<60> seconds = {}, minutes = {};
  std::bitset<24> hours = {};
  std::bitset<32> days = {};    // from 1
  std::bitset<13> months = {};  // from 1
  std::bitset<7> weekdays = {};
  bool hasAnyDay = false;
  bool hasAnyWeekday = false;
  std::chrono::seconds every{0};  // @every: the fields say nothing then
};

// InvalidInput says which field is wrong.
Result<CronSchedule> parseCron(std::string_view text);

// The first time behind `now`; none when there is none within five years (30 February).
std::optional<WallTime> nextTime(const CronSchedule& schedule, WallTime now);

// Waits until a time of the wall clock; false when nothing is to be done any more.
using SleepUntil = std::function<Task<bool>(WallTime)>;

// Runs at each time of the schedule, until there is none or `sleepUntil` says so. One run at a time: those that would
// begin during another are left out.
Task<void> repeatByCron(CronSchedule schedule, const Clock& clock, SleepUntil sleepUntil,
                        std::function<Task<void>()> runOnce);

}  // namespace berth::agent
