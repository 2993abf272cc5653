// Waiting, for commands that do one thing after the other.
#pragma once

#include <boost/asio/io_context.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/base/Error.h"
#include "core/base/Task.h"

namespace berth::agent::git {

// Runs the loop until the task has ended.
void waitFor(asio::io_context& loop, Task<void> task);

template <typename T>
T waitFor(asio::io_context& loop, Task<T> task) {
  std::optional<T> result;
  waitFor(loop, [](Task<T> inner, std::optional<T>& out) -> Task<void> {
    out.emplace(co_await std::move(inner));
  }(std::move(task), result));
  return std::move(*result);
}

// What a short command prints; none when it cannot be run or fails.
std::optional<std::string> outputOf(std::vector<std::string> command);

}  // namespace berth::agent::git
