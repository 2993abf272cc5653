#include "tunnel/noise/ReplayWindow.h"

#include <gtest/gtest.h>

#include "tunnel/noise/Constants.h"

using namespace berth::tunnel::noise;

TEST(ReplayWindow, takesEachCounterOnce) {
  ReplayWindow window;
  for (std::uint64_t counter : {0U, 1U, 5U, 3U, 64U, 63U}) {
    EXPECT_TRUE(window.accept(counter)) << counter;
    EXPECT_FALSE(window.accept(counter)) << counter;
  }
}

TEST(ReplayWindow, rememberedAsFarBackAsItSays) {
  ReplayWindow window;
  constexpr std::uint64_t kHighest = 100'000;
  EXPECT_TRUE(window.accept(kHighest));
  EXPECT_TRUE(window.accept(kHighest - ReplayWindow::kSize + 1));
  EXPECT_TRUE(window.accept(kHighest - ReplayWindow::kSize));
  EXPECT_FALSE(window.accept(kHighest - ReplayWindow::kSize));
  EXPECT_FALSE(window.accept(kHighest - ReplayWindow::kSize - 1));
}

TEST(ReplayWindow, survivesWrappingAndJumps) {
  ReplayWindow window;
  for (std::uint64_t counter = 0; counter < 3 * ReplayWindow::kSize; counter += 3) ASSERT_TRUE(window.accept(counter));
  for (std::uint64_t counter = 2 * ReplayWindow::kSize + 1; counter < 3 * ReplayWindow::kSize; counter += 3)
    ASSERT_EQ(window.accept(counter), counter % 3 != 0) << counter;
  EXPECT_TRUE(window.accept(1'000'000'000));
  EXPECT_FALSE(window.accept(0));
  EXPECT_TRUE(window.accept(999'999'999));
}

TEST(ReplayWindow, refusesCountersPastTheLimitOfAKey) {
  ReplayWindow window;
  EXPECT_TRUE(window.accept(kRejectAfterMessages - 1));
  EXPECT_FALSE(window.accept(kRejectAfterMessages));
}
