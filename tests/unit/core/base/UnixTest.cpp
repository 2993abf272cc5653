#include "core/base/Unix.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "core/base/FileLock.h"
#include "tests/support/Run.h"

using namespace berth;

namespace {

struct UnixSocket : ::testing::Test {
  asio::io_context io;
  std::filesystem::path directory =
      std::filesystem::temp_directory_path() / ("berth-unix-" + Uuid::random().toString());
  std::filesystem::path path = directory / "test.sock";

  UnixSocket() { std::filesystem::create_directory(directory); }
  ~UnixSocket() override { std::filesystem::remove_all(directory); }

  struct Pair {
    std::unique_ptr<UnixStream> near, far;
  };
  Task<Pair> connect(UnixListener& listener) {
    auto near = co_await connectUnix(path);
    auto far = co_await listener.acceptUnix();
    if (!near || !far) throw std::runtime_error("no connection");
    co_return Pair{*std::move(near), *std::move(far)};
  }
  void run(Task<void> task) { test::run(io, std::move(task)); }
};

}  // namespace

TEST_F(UnixSocket, carriesBytesAndHalfCloses) {
  auto listener = listenUnix(io.get_executor(), path);
  ASSERT_TRUE(listener) << listener.error().message();
  run([](UnixSocket& t, UnixListener& from) -> Task<void> {
    const Pair pair = co_await t.connect(from);
    EXPECT_TRUE(co_await pair.near->write(asBytes("hello")));
    EXPECT_TRUE(co_await pair.near->closeWrite());
    Bytes buffer(5);
    EXPECT_TRUE(co_await readExactly(*pair.far, buffer));
    EXPECT_EQ(asText(buffer), "hello");
    EXPECT_EQ((co_await pair.far->readSome(buffer)).error().code(), ErrorCode::EndOfStream);
    EXPECT_TRUE(co_await pair.far->write(asBytes("there")));
    EXPECT_TRUE(co_await readExactly(*pair.near, buffer));
    EXPECT_EQ(asText(buffer), "there");
  }(*this, **listener));
}

TEST_F(UnixSocket, saysWhoIsThere) {
  auto listener = listenUnix(io.get_executor(), path);
  run([](UnixSocket& t, UnixListener& from) -> Task<void> {
    const Pair pair = co_await t.connect(from);
    EXPECT_EQ(pair.near->peerUser(), ::geteuid());
    EXPECT_EQ(pair.far->peerUser(), ::geteuid());
  }(*this, **listener));
}

TEST_F(UnixSocket, tellsAHalfCloseFromAnEnd) {
  auto listener = listenUnix(io.get_executor(), path);
  run([](UnixSocket& t, UnixListener& from) -> Task<void> {
    Pair pair = co_await t.connect(from);
    bool isGone = false;
    asio::co_spawn(
        t.io,
        [](UnixStream& stream, bool& gone) -> Task<void> {
          co_await stream.untilPeerGone();
          gone = true;
        }(*pair.far, isGone),
        asio::detached);
    EXPECT_TRUE(co_await pair.near->closeWrite());
    Bytes buffer(1);
    EXPECT_EQ((co_await pair.far->readSome(buffer)).error().code(), ErrorCode::EndOfStream);
    EXPECT_TRUE(co_await pair.far->write(asBytes("x")));
    EXPECT_TRUE(co_await pair.near->readSome(buffer));
    EXPECT_FALSE(isGone);
    pair.near.reset();
    while (!isGone) co_await asio::post(t.io, asio::use_awaitable);
  }(*this, **listener));
}

TEST_F(UnixSocket, anEndThatIsAlreadyThereIsSeen) {
  auto listener = listenUnix(io.get_executor(), path);
  run([](UnixSocket& t, UnixListener& from) -> Task<void> {
    Pair pair = co_await t.connect(from);
    pair.near.reset();
    Bytes buffer(1);
    EXPECT_EQ((co_await pair.far->readSome(buffer)).error().code(), ErrorCode::EndOfStream);
    co_await pair.far->untilPeerGone();
  }(*this, **listener));
}

TEST_F(UnixSocket, isTheOwnersAloneAndGoesWithItsListener) {
  {
    auto listener = listenUnix(io.get_executor(), path);
    struct stat found{};
    ASSERT_EQ(::stat(path.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0600U);
    EXPECT_EQ(listenUnix(io.get_executor(), path).error().code(), ErrorCode::AlreadyExists);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(UnixSocket, nobodyThereIsNoFailureOfOurs) {
  run([](UnixSocket& t) -> Task<void> {
    EXPECT_EQ((co_await connectUnix(t.path)).error().code(), ErrorCode::NotFound);
    std::ofstream(t.path).put('x');
    EXPECT_EQ((co_await connectUnix(t.path)).error().code(), ErrorCode::Unavailable);
    EXPECT_EQ((co_await connectUnix(t.directory / std::string(200, 'x'))).error().code(), ErrorCode::InvalidInput);
  }(*this));
}

TEST_F(UnixSocket, aLockIsOneProcesss) {
  const auto describe = [](const std::string& pid) { return "held by " + pid; };
  {
    const auto first = FileLock::take(path, describe);
    ASSERT_TRUE(first);
    const auto second = FileLock::take(path, describe);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), ErrorCode::Conflict);
    EXPECT_EQ(second.error().message(), "held by " + std::to_string(::getpid()));
  }
  EXPECT_TRUE(FileLock::take(path, describe));
}
