#include "core/agent/life/LogQueue.h"

#include <gtest/gtest.h>

namespace berth::agent {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const Uuid kFirst = *Uuid::parse("00000000-0000-4000-8000-000000000001");
const Uuid kSecond = *Uuid::parse("00000000-0000-4000-8000-000000000002");
const TimePoint kBegin{};

LogLine line(std::string text) { return {.createdAt = {}, .level = LogLevel::Info, .text = std::move(text)}; }

TEST(LogQueue, sendsASourceOneSecondAfterItsFirstLine) {
  LogQueue queue;
  queue.add(kFirst, line("a"), kBegin);
  queue.add(kFirst, line("b"), kBegin + milliseconds(900));
  EXPECT_FALSE(queue.nextBatch(kBegin + milliseconds(999)));
  const auto batch = queue.nextBatch(kBegin + seconds(1));
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->source, kFirst);
  EXPECT_EQ(batch->lines.size(), 2U);
}

TEST(LogQueue, flushSendsAtOnce) {
  LogQueue queue;
  queue.add(kFirst, line("a"), kBegin);
  queue.flush(kFirst);
  EXPECT_TRUE(queue.nextBatch(kBegin));
}

TEST(LogQueue, takesTheSourceThatWaitsLongest) {
  LogQueue queue;
  queue.add(kSecond, line("b"), kBegin);
  queue.add(kFirst, line("a"), kBegin + milliseconds(1));
  EXPECT_EQ(queue.nextBatch(kBegin + seconds(5))->source, kSecond);
}

TEST(LogQueue, keepsWhatWasNotSent) {
  LogQueue queue;
  queue.add(kFirst, line("a"), kBegin);
  const auto batch = queue.nextBatch(kBegin + seconds(1));
  queue.add(kFirst, line("b"), kBegin + seconds(1));
  EXPECT_EQ(queue.nextBatch(kBegin + seconds(1))->lines.size(), 2U);  // the call had failed
  queue.markSent(*batch, kBegin + seconds(2));
  EXPECT_FALSE(queue.isEmpty());
  EXPECT_EQ(queue.nextBatch(kBegin + seconds(3))->lines.front().text, "b");
}

TEST(LogQueue, splitsAtTheBatchLimitAndDropsLongerLines) {
  LogQueue queue;
  EXPECT_FALSE(queue.add(kFirst, line(std::string(kMaxLogBatch, 'x')), kBegin));
  EXPECT_TRUE(queue.isEmpty());
  for (int i = 0; i < 3; ++i) queue.add(kFirst, line(std::string(kMaxLogBatch / 3, 'x')), kBegin);
  EXPECT_EQ(queue.nextBatch(kBegin + seconds(1))->lines.size(), 2U);
}

TEST(LogQueue, takesOneLineOverItsLimitAndNoMore) {
  LogQueue queue;
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(queue.add(kFirst, line(std::string(kMaxQueuedLog - 100, 'x')), kBegin));
  EXPECT_FALSE(queue.add(kSecond, line("more"), kBegin));
}

TEST(LogQueue, aRefusalIsForEver) {
  LogQueue queue;
  queue.add(kFirst, line("a"), kBegin);
  queue.refuseAll();
  EXPECT_TRUE(queue.isEmpty());
  EXPECT_FALSE(queue.add(kFirst, line("b"), kBegin));
}

TEST(LogQueue, cleansText) {
  LogQueue queue;
  queue.add(kFirst, line("bad \xff byte"), kBegin);
  EXPECT_EQ(queue.nextBatch(kBegin + seconds(1))->lines.front().text, "bad ❌ byte");
}

}  // namespace
}  // namespace berth::agent
