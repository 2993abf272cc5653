#include "core/base/Clock.h"

#include <gtest/gtest.h>

using namespace berth;

TEST(Rfc3339, roundTripsWithAndWithoutFraction) {
  for (const auto* text : {"2026-07-30T12:00:00Z", "2026-07-30T12:00:00.123456Z", "1999-12-31T23:59:59.5Z"}) {
    const auto time = parseRfc3339(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(formatRfc3339(*time), text);
  }
}

TEST(Rfc3339, appliesOffsetsAndDropsNanoseconds) {
  EXPECT_EQ(formatRfc3339(*parseRfc3339("2026-07-30T14:00:00.123456789+02:00")), "2026-07-30T12:00:00.123456Z");
  EXPECT_EQ(formatRfc3339(*parseRfc3339("2026-07-30T11:30:00-00:30")), "2026-07-30T12:00:00Z");
  EXPECT_EQ(formatRfc3339(*parseRfc3339("0001-01-01T00:00:00Z")), "0001-01-01T00:00:00Z");
}

TEST(Rfc3339, refusesWhatIsNotATime) {
  for (const auto* text : {"", "2026-07-30", "2026-13-30T12:00:00Z", "2026-02-30T12:00:00Z", "2026-07-30T24:00:00Z",
                           "2026-07-30T12:00:00", "2026-07-30T12:00:00Zx", "2026-07-30T12:00:00+2:00"})
    EXPECT_FALSE(parseRfc3339(text)) << text;
}
