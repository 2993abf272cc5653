// Runs a coroutine of a test, and whatever it starts, until it has ended; the test fails when that takes too long.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>

#include "core/base/Task.h"

namespace berth::test {

inline constexpr std::chrono::seconds kPatience{20};

inline void run(asio::io_context& io, Task<void> task) {
  bool isDone = false;
  asio::co_spawn(io, std::move(task), [&](std::exception_ptr thrown) {
    isDone = true;
    if (thrown) std::rethrow_exception(thrown);
  });
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  io.restart();
  while (!isDone && std::chrono::steady_clock::now() < deadline)
    if (io.run_one_for(kPatience) == 0) break;
  ASSERT_TRUE(isDone) << "the test's coroutine did not end";
}

}  // namespace berth::test
