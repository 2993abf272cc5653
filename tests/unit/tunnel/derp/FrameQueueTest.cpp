#include "tunnel/derp/FrameQueue.h"

#include <gtest/gtest.h>

#include "tunnel/derp/TokenBucket.h"

using namespace berth;
using namespace berth::tunnel::derp;
using namespace std::chrono_literals;

namespace {

// Frames of 5 + 3 bytes, numbered.
std::size_t push(FrameQueue& queue, int number) {
  return queue.push(FrameType::Health, asBytes(std::format("{:03}", number)));
}
std::string take(FrameQueue& queue, std::size_t maxBytes) {
  Bytes out;
  queue.takeInto(out, maxBytes);
  std::string text;
  for (std::size_t at = 5; at < out.size(); at += 8) text += std::string(asText(out)).substr(at, 3) + " ";
  return text;
}

}  // namespace

TEST(FrameQueue, givesManyFramesAtOnceInOrder) {
  FrameQueue queue(100, 10'000);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(push(queue, i), 0U);
  EXPECT_EQ(take(queue, 1000), "000 001 002 003 004 ");
  EXPECT_TRUE(queue.isEmpty());
  EXPECT_EQ(queue.byteCount(), 0U);
}

TEST(FrameQueue, giveNoMoreThanAskedButAtLeastOne) {
  FrameQueue queue(100, 10'000);
  for (int i = 0; i < 5; ++i) push(queue, i);
  EXPECT_EQ(take(queue, 23), "000 001 ");
  EXPECT_EQ(take(queue, 1), "002 ");
  EXPECT_EQ(take(queue, 16), "003 004 ");
  EXPECT_EQ(take(queue, 16), "");
}

TEST(FrameQueue, oldestMakesRoom) {
  FrameQueue byCount(3, 10'000);
  for (int i = 0; i < 3; ++i) push(byCount, i);
  EXPECT_EQ(push(byCount, 3), 1U);
  EXPECT_EQ(take(byCount, 1000), "001 002 003 ");

  FrameQueue byBytes(100, 32);
  for (int i = 0; i < 10; ++i) push(byBytes, i);
  EXPECT_EQ(byBytes.byteCount(), 32U);
  EXPECT_EQ(take(byBytes, 1000), "006 007 008 009 ");
}

TEST(FrameQueue, keepsOrderOverManyRounds) {
  FrameQueue queue(64, 10'000);
  std::string taken;
  std::string expected;
  for (int i = 0; i < 900; ++i) {
    push(queue, i);
    expected += std::format("{:03} ", i);
    if (i % 7 == 0) taken += take(queue, 60);
  }
  while (!queue.isEmpty()) taken += take(queue, 1000);
  EXPECT_EQ(taken, expected);
}

TEST(TokenBucket, allowsBurstsAndThenTheRate) {
  const TimePoint start{100s};
  TokenBucket bucket({10, 3});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.take(1, start));
  EXPECT_FALSE(bucket.take(1, start));
  EXPECT_TRUE(bucket.take(1, start + 100ms));
  EXPECT_FALSE(bucket.take(1, start + 100ms));
  EXPECT_EQ(bucket.takeOnCredit(5, start + 100ms), 500ms);
  EXPECT_FALSE(bucket.take(1, start + 600ms));
  EXPECT_TRUE(bucket.take(1, start + 701ms));
  EXPECT_TRUE(TokenBucket().take(1e9, start));
}
