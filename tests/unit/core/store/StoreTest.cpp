#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <thread>

#include "Sample.h"

using namespace berth;
using namespace berth::store;

namespace {

Task<void> countUp(Store& store, int times, int& done) {
  for (int i = 0; i < times; ++i) {
    const auto result = co_await store.run([](Transaction& tx) -> Result<std::string> {
      TRY_ASSIGN(const auto before, findSetting(tx, "count"));
      const auto next = std::to_string(std::stoi(before.value_or("0")) + 1);
      TRY(putSetting(tx, "count", next));
      return next;
    });
    if (result) ++done;
  }
}

// Writes settings 0, 1, 2, ... and tells each number when it is committed, until it is killed.
[[noreturn]] void writeForever(const std::filesystem::path& file, int out) {
  auto store = Store::open(file);
  if (!store) _exit(1);
  for (std::uint32_t i = 0;; ++i) {
    const auto done = (*store)->runBlocking([i](Transaction& tx) -> Result<void> {
      TRY(putSetting(tx, "first", std::to_string(i)));
      return putSetting(tx, "second", std::to_string(i));
    });
    if (!done || ::write(out, &i, sizeof i) != sizeof i) _exit(1);
  }
}

}  // namespace

TEST_F(StoreTest, commitsWhatSucceedsAndRollsBackWhatFails) {
  in([](Transaction& tx) { return putSetting(tx, "a", "1"); });
  EXPECT_EQ(codeOf([](Transaction& tx) -> Result<void> {
              TRY(putSetting(tx, "a", "2"));
              return fail(ErrorCode::Timeout, "no");
            }),
            ErrorCode::Timeout);
  EXPECT_EQ(in([](Transaction& tx) { return findSetting(tx, "a"); }), "1");
}

TEST_F(StoreTest, rollsBackWhatThrows) {
  EXPECT_EQ(codeOf([](Transaction& tx) -> Result<void> {
              TRY(putSetting(tx, "a", "2"));
              throw std::runtime_error("defect");
            }),
            ErrorCode::Internal);
  EXPECT_EQ(in([](Transaction& tx) { return findSetting(tx, "a"); }), std::nullopt);
}

TEST_F(StoreTest, answersOnTheAwaitingExecutor) {
  asio::io_context context;
  std::thread::id answeredOn;
  asio::co_spawn(
      context,
      [](Store& s, std::thread::id& on) -> Task<void> {
        const auto result = co_await s.run([](Transaction& tx) { return getOrPutSetting(tx, "id", "x"); });
        EXPECT_EQ(result.value(), "x");
        on = std::this_thread::get_id();
      }(*store, answeredOn),
      asio::detached);
  context.run();
  EXPECT_EQ(answeredOn, std::this_thread::get_id());
  store->stop();
}

TEST_F(StoreTest, keepsConcurrentTransactionsApart) {
  constexpr int kWriters = 8;
  constexpr int kTimes = 25;
  asio::io_context context;
  int done = 0;
  for (int i = 0; i < kWriters; ++i) asio::co_spawn(context, countUp(*store, kTimes, done), asio::detached);
  context.run();
  EXPECT_EQ(done, kWriters * kTimes);
  EXPECT_EQ(in([](Transaction& tx) { return findSetting(tx, "count"); }), std::to_string(kWriters * kTimes));
  store->stop();
}

TEST_F(StoreTest, finishesQueuedWorkWhenStoppedAndRefusesMore) {
  asio::io_context context;
  int done = 0;
  asio::co_spawn(context, countUp(*store, 1, done), asio::detached);
  context.poll();  // queued
  store->stop();
  store->stop();
  context.run();
  EXPECT_EQ(done, 1);
  EXPECT_EQ(codeOf([](Transaction& tx) { return putSetting(tx, "a", "1"); }), ErrorCode::Cancelled);
}

TEST(Store, isForItsUsersEyesOnly) {
  const TemporaryFolder folder;
  const auto before = ::umask(0);
  auto store = Store::open(folder.path() / "berth.db");
  ::umask(before);
  ASSERT_TRUE(store.has_value()) << store.error().message();
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    using std::filesystem::perms;
    EXPECT_EQ(entry.status().permissions(), perms::owner_read | perms::owner_write) << entry.path();
    ++files;
  }
  EXPECT_GE(files, 2U) << "the database and its log";
}

TEST(Store, saysWhyAFileCannotBeOpened) {
  const auto store = Store::open("/nonexistent/folder/berth.db");
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().code(), ErrorCode::NotFound);
  EXPECT_NE(store.error().message().find("/nonexistent/folder/berth.db"), std::string::npos);
}

TEST(Store, keepsEveryCommitThroughAKill) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "berth.db";
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) writeForever(file, ends[1]);
  ::close(ends[1]);

  constexpr std::uint32_t kCommitsBeforeKill = 50;
  std::uint32_t last = 0;
  while (last < kCommitsBeforeKill) ASSERT_EQ(::read(ends[0], &last, sizeof last), sizeof last);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  for (std::uint32_t more = 0; ::read(ends[0], &more, sizeof more) == sizeof more;) last = more;
  ::close(ends[0]);

  const auto store = Store::open(file);
  ASSERT_TRUE(store.has_value()) << store.error().message();
  const auto first = (*store)->runBlocking([](Transaction& tx) { return findSetting(tx, "first"); });
  const auto second = (*store)->runBlocking([](Transaction& tx) { return findSetting(tx, "second"); });
  EXPECT_EQ(first.value(), second.value());
  EXPECT_GE(std::stoul(first.value().value()), last);
}
