#include "core/agent/git/Wait.h"

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>

#include "core/base/Subprocess.h"

namespace berth::agent::git {

namespace {

constexpr CaptureLimits kLimits{.outputBytes = 1U << 20, .time = std::chrono::seconds(10)};

}  // namespace

void waitFor(asio::io_context& loop, Task<void> task) {
  asio::co_spawn(loop, std::move(task), [&](const std::exception_ptr& thrown) {
    loop.stop();
    if (thrown) std::rethrow_exception(thrown);
  });
  loop.restart();
  loop.run();
}

std::optional<std::string> outputOf(std::vector<std::string> command) {
  SubprocessOptions options{.command = std::move(command)};
  for (char** entry = environ; *entry != nullptr; ++entry) options.environment.emplace_back(*entry);
  asio::io_context loop(1);
  auto run = waitFor(loop, runProcess(std::move(options), kLimits));
  if (!run || !run->exit.isSuccess()) return std::nullopt;
  return std::move(run->output);
}

}  // namespace berth::agent::git
