#include "core/agent/life/Cron.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "tests/support/Run.h"

namespace berth::agent {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct FakeClock final : Clock {
  WallTime wall = kNoTime;
  WallTime wallNow() const override { return wall; }
  TimePoint now() const override { return {}; }
};

// In a zone that the test chooses, since times are local ones.
class CronTest : public testing::Test {
 protected:
  void SetUp() override { useZone("UTC0"); }
  void TearDown() override {
    ::unsetenv("TZ");
    ::tzset();
  }
  static void useZone(const char* zone) {
    ::setenv("TZ", zone, 1);
    ::tzset();
  }
  static std::string next(std::string_view cron, std::string_view now) {
    const auto schedule = parseCron(cron);
    if (!schedule) return schedule.error().message();
    const auto at = nextTime(*schedule, *parseRfc3339(now));
    return at ? formatRfc3339(*at) : "never";
  }
};

TEST_F(CronTest, readsAllKindsOfEntries) {
  const std::string now = "2026-03-10T12:34:56.5Z";  // a Tuesday
  EXPECT_EQ(next("* * * * * *", now), "2026-03-10T12:34:57Z");
  EXPECT_EQ(next("0 */15 * * * *", now), "2026-03-10T12:45:00Z");
  EXPECT_EQ(next("5/20 * * * * ?", now), "2026-03-10T12:35:05Z");
  EXPECT_EQ(next("0 0 9-17/4 * * *", now), "2026-03-10T13:00:00Z");
  EXPECT_EQ(next("0 0,20 3,4 * * *", now), "2026-03-11T03:00:00Z");
  EXPECT_EQ(next("0 0 0 1 jan,Jul *", now), "2026-07-01T00:00:00Z");
  EXPECT_EQ(next("0 30 9 * * MON-fri", "2026-03-13T10:00:00Z"), "2026-03-16T09:30:00Z");
  EXPECT_EQ(next(" 0  30 9 * * ", now), "2026-03-11T09:30:00Z") << "the day of week may be left out";
}

TEST_F(CronTest, doesNotGiveTheTimeThatItIs) {
  EXPECT_EQ(next("0 0 12 * * *", "2026-03-10T12:00:00Z"), "2026-03-11T12:00:00Z");
  EXPECT_EQ(next("0 0 12 * * *", "2026-03-10T11:59:59.9Z"), "2026-03-10T12:00:00Z");
}

TEST_F(CronTest, takesEitherOfTwoRestrictedDays) {
  EXPECT_EQ(next("0 0 0 13 * FRI", "2026-03-01T00:00:00Z"), "2026-03-06T00:00:00Z");
  EXPECT_EQ(next("0 0 0 10 * FRI", "2026-03-07T00:00:00Z"), "2026-03-10T00:00:00Z");
  EXPECT_EQ(next("0 0 0 13 * *", "2026-03-01T00:00:00Z"), "2026-03-13T00:00:00Z");
  EXPECT_EQ(next("0 0 0 * * FRI", "2026-03-07T00:00:00Z"), "2026-03-13T00:00:00Z");
}

TEST_F(CronTest, knowsTheCalendar) {
  EXPECT_EQ(next("0 0 0 29 2 *", "2026-01-01T00:00:00Z"), "2028-02-29T00:00:00Z");
  EXPECT_EQ(next("0 0 0 30 2 *", "2026-01-01T00:00:00Z"), "never");
  EXPECT_EQ(next("59 59 23 31 12 *", "2026-12-31T23:59:59Z"), "2027-12-31T23:59:59Z");
}

TEST_F(CronTest, knowsDescriptors) {
  const std::string now = "2026-03-10T12:34:56Z";
  EXPECT_EQ(next("@hourly", now), "2026-03-10T13:00:00Z");
  EXPECT_EQ(next("@daily", now), "2026-03-11T00:00:00Z");
  EXPECT_EQ(next("@weekly", now), "2026-03-15T00:00:00Z");
  EXPECT_EQ(next("@monthly", now), "2026-04-01T00:00:00Z");
  EXPECT_EQ(next("@yearly", now), "2027-01-01T00:00:00Z");
  EXPECT_EQ(next("@every 1h30m", now), "2026-03-10T14:04:56Z");
}

TEST_F(CronTest, saysWhatIsWrong) {
  const std::string now = "2026-03-10T12:00:00Z";
  EXPECT_THAT(next("* * * *", now), HasSubstr("has 4 fields"));
  EXPECT_THAT(next("60 * * * * *", now), HasSubstr("\"60\" is no second: expected values from 0 to 59"));
  EXPECT_THAT(next("0 0 0 0 * *", now), HasSubstr("is no day of month"));
  EXPECT_THAT(next("0 0 0 * * 7", now), HasSubstr("is no day of week"));
  for (const char* bad :
       {"5-1 * * * * *", "*/0 * * * * *", "1,, * * * * *", "-1 * * * * *", "1-2-3 * * * * *", "a * * * * *"})
    EXPECT_THAT(next(bad, now), HasSubstr("is no second")) << bad;
  EXPECT_THAT(next("@sometimes", now), HasSubstr("there is no schedule"));
  for (const char* bad : {"@every ", "@every 5", "@every 0s", "@every 1x", "@every -1s"})
    EXPECT_THAT(next(bad, now), HasSubstr("expected a time")) << bad;
}

TEST_F(CronTest, followsTheClockOfTheWorkspace) {
  useZone("CET-1CEST,M3.5.0,M10.5.0/3");
  EXPECT_EQ(next("0 0 9 * * *", "2026-03-10T12:00:00Z"), "2026-03-11T08:00:00Z");
  EXPECT_EQ(next("0 0 9 * * *", "2026-07-10T12:00:00Z"), "2026-07-11T07:00:00Z");
  // 02:30 does not exist on 29 March 2026.
  EXPECT_EQ(next("0 30 2 * * *", "2026-03-28T12:00:00Z"), "2026-03-30T00:30:00Z");
  // On 25 October 2026 the hour from two to three comes twice.
  EXPECT_EQ(next("0 0 4 * * *", "2026-10-25T01:30:00Z"), "2026-10-25T03:00:00Z");
  EXPECT_EQ(next("* * * * * *", "2026-10-25T00:59:59Z"), "2026-10-25T01:00:00Z");
}

TEST_F(CronTest, runsAtEachTimeUntilToldToEnd) {
  asio::io_context io;
  FakeClock clock;
  clock.wall = *parseRfc3339("2026-03-10T12:34:56Z");
  std::vector<std::string> runs;
  const auto sleepUntil = [&](WallTime at) -> Task<bool> {
    clock.wall = at;
    co_return runs.size() < 3;
  };
  const auto runOnce = [&]() -> Task<void> {
    runs.push_back(formatRfc3339(clock.wall));
    if (runs.size() == 2) clock.wall += std::chrono::minutes(25);  // longer than the pause between two
    co_return;
  };
  test::run(io, repeatByCron(*parseCron("0 */10 * * * *"), clock, sleepUntil, runOnce));
  EXPECT_THAT(runs, ElementsAre("2026-03-10T12:40:00Z", "2026-03-10T12:50:00Z", "2026-03-10T13:20:00Z"));
}

}  // namespace
}  // namespace berth::agent
