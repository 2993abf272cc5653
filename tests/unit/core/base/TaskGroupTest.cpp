#include "core/base/TaskGroup.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace berth {
namespace {

Task<void> waitForever() {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  timer.expires_at(asio::steady_timer::time_point::max());
  co_await timer.async_wait(asio::use_awaitable);
}

Task<void> countUp(int& counter) {
  ++counter;
  co_return;
}

Task<void> joinThenNote(TaskGroup& group, bool& isJoined) {
  co_await group.join();
  isJoined = true;
}

TEST(TaskGroup, joinWaitsForAll) {
  asio::io_context loop;
  TaskGroup group(loop.get_executor());
  int counter = 0;
  bool isJoined = false;
  for (int i = 0; i < 3; ++i) group.spawn(countUp(counter));
  asio::co_spawn(loop, joinThenNote(group, isJoined), asio::detached);
  loop.run();
  EXPECT_EQ(counter, 3);
  EXPECT_TRUE(isJoined);
}

TEST(TaskGroup, cancelEndsWhatWaits) {
  asio::io_context loop;
  TaskGroup group(loop.get_executor());
  bool isJoined = false;
  group.spawn(waitForever());
  group.spawn(waitForever());
  asio::co_spawn(loop, joinThenNote(group, isJoined), asio::detached);
  loop.poll();
  EXPECT_FALSE(isJoined);
  EXPECT_EQ(group.size(), 2U);
  group.cancel();
  loop.run();
  EXPECT_TRUE(isJoined);
}

TEST(TaskGroup, destructionEndsTasks) {
  asio::io_context loop;
  {
    TaskGroup group(loop.get_executor());
    group.spawn(waitForever());
    loop.poll();
  }
  loop.run();  // returns, as nothing is left
}

}  // namespace
}  // namespace berth
