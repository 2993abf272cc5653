#include "core/base/Stream.h"

#include <gtest/gtest.h>

using namespace berth;

namespace {

// Runs a coroutine to its end; the test fails if it does not end by itself.
void run(asio::io_context& io, Task<void> task) {
  bool isDone = false;
  asio::co_spawn(io, std::move(task), [&](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
    isDone = true;
  });
  io.restart();
  io.run();
  ASSERT_TRUE(isDone);
}

Task<std::string> readAll(Stream& stream) {
  std::string all;
  std::array<std::byte, 7> buffer;
  while (auto count = co_await stream.readSome(buffer)) all += asText(ByteView(buffer).first(*count));
  co_return all;
}

}  // namespace

TEST(StreamPair, carriesMoreThanItsBufferHolds) {
  asio::io_context io;
  auto [a, b] = makeStreamPair(io.get_executor(), 16);
  const std::string text(1000, 'x');
  asio::co_spawn(
      io,
      [](Stream& s, std::string t) -> Task<void> {
        EXPECT_TRUE(co_await s.write(asBytes(t)));
        EXPECT_TRUE(co_await s.closeWrite());
      }(*a, text),
      asio::detached);
  run(io, [](Stream& s, std::string t) -> Task<void> { EXPECT_EQ(co_await readAll(s), t); }(*b, text));
}

TEST(StreamPair, readExactlyTellsEndFromBreak) {
  asio::io_context io;
  auto [a, b] = makeStreamPair(io.get_executor());
  run(io, [](Stream& from, Stream& to) -> Task<void> {
    co_await from.write(asBytes("abc"));
    co_await from.closeWrite();
    std::array<std::byte, 2> two;
    EXPECT_TRUE(co_await readExactly(to, two));
    EXPECT_EQ((co_await readExactly(to, two)).error().code(), ErrorCode::ConnectionLost);
    EXPECT_EQ((co_await readExactly(to, two)).error().code(), ErrorCode::EndOfStream);
  }(*a, *b));
}

TEST(Pipe, passesBytesAndHalfClosesBothWays) {
  asio::io_context io;
  auto left = makeStreamPair(io.get_executor(), 8);
  auto right = makeStreamPair(io.get_executor(), 8);
  asio::co_spawn(io, pipe(*left.second, *right.first), asio::detached);
  asio::co_spawn(
      io,
      [](Stream& s) -> Task<void> {
        EXPECT_EQ(co_await readAll(s), "question for the server");
        co_await s.write(asBytes("answer to the client"));
        co_await s.closeWrite();
      }(*right.second),
      asio::detached);
  run(io, [](Stream& s) -> Task<void> {
    co_await s.write(asBytes("question for the server"));
    co_await s.closeWrite();
    EXPECT_EQ(co_await readAll(s), "answer to the client");
  }(*left.first));
}

TEST(Pipe, breaksBothSidesWhenOneBreaks) {
  asio::io_context io;
  auto left = makeStreamPair(io.get_executor());
  auto right = makeStreamPair(io.get_executor());
  right.first->close();
  run(io, pipe(*left.second, *right.first));
  run(io, [](Stream& s) -> Task<void> {
    std::array<std::byte, 1> one;
    EXPECT_FALSE(co_await s.readSome(one));
  }(*left.first));
}
