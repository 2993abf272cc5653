// Runs coroutines of a test to their end, and makes the peers it needs.
#pragma once

#include <gtest/gtest.h>

#include "core/rpc/YamuxSession.h"

namespace berth::rpc::test {

inline constexpr std::chrono::seconds kPatience{20};

// Runs `task` and whatever it starts until it has ended; the test fails when that takes longer than kPatience.
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

struct SessionPair {
  std::shared_ptr<YamuxSession> client;
  std::shared_ptr<YamuxSession> server;
};

inline SessionPair makeSessionPair(asio::io_context& io, YamuxOptions options = {}, std::size_t capacity = 64 * 1024) {
  auto transport = makeStreamPair(io.get_executor(), capacity);
  return {std::make_shared<YamuxSession>(std::move(transport.first), YamuxSession::Role::Client, options),
          std::make_shared<YamuxSession>(std::move(transport.second), YamuxSession::Role::Server, options)};
}

inline Task<std::string> readAll(Stream& stream) {
  std::string all;
  std::vector<std::byte> buffer(8192);
  while (const auto count = co_await stream.readSome(buffer)) all += asText(ByteView(buffer).first(*count));
  co_return all;
}

inline Task<std::string> readText(Stream& stream, std::size_t size) {
  std::string text(size, '\0');
  const auto done = co_await readExactly(stream, std::as_writable_bytes(std::span(text)));
  EXPECT_TRUE(done) << (done ? "" : done.error().message());
  co_return text;
}

}  // namespace berth::rpc::test
