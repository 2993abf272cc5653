#include "core/server/Events.h"

#include <gtest/gtest.h>

namespace berth::server {
namespace {

using namespace std::chrono_literals;

class Events_ : public ::testing::Test {
 protected:
  // Runs one wait() to its end; nullopt when it was cancelled.
  std::optional<std::set<Subject>> waitFor(Events::Subscription& subscription,
                                           std::chrono::milliseconds limit = 1000ms) {
    std::optional<std::set<Subject>> seen;
    asio::co_spawn(
        io,
        [](Events::Subscription& from, std::chrono::milliseconds patience,
           std::optional<std::set<Subject>>& out) -> Task<void> {
          if (auto changed = co_await from.wait(patience)) out = *std::move(changed);
        }(subscription, limit, seen),
        asio::detached);
    io.restart();
    io.run();
    return seen;
  }

  asio::io_context io;
  Events events{io.get_executor()};
  Subject one{Topic::Workspace, Uuid::random()};
  Subject two{Topic::Job, Uuid::random()};
};

TEST_F(Events_, publishedBeforeWaitIsNotLost) {
  auto subscription = events.subscribe({one, two});
  events.publish(one);
  events.publish(two);
  events.publish(one);
  EXPECT_EQ(waitFor(*subscription), (std::set{one, two})) << "many changes fall into one";
}

TEST_F(Events_, othersAreNotHeard) {
  auto subscription = events.subscribe({one});
  events.publish(two);
  EXPECT_EQ(waitFor(*subscription, 1ms), std::set<Subject>()) << "nothing within the limit";
}

TEST_F(Events_, wakesAWaiter) {
  auto subscription = events.subscribe({one});
  asio::post(io, [&] { events.publish(one); });
  EXPECT_EQ(waitFor(*subscription, 10s), std::set{one});
}

TEST_F(Events_, subjectsComeAndGo) {
  auto subscription = events.subscribe({one});
  subscription->add(two);
  subscription->remove(one);
  events.publish(one);
  events.publish(two);
  EXPECT_EQ(waitFor(*subscription), std::set{two});
}

TEST_F(Events_, closeEndsEveryWait) {
  auto before = events.subscribe({one});
  asio::post(io, [&] { events.close(); });
  EXPECT_EQ(waitFor(*before, 10s), std::nullopt);
  auto after = events.subscribe({one});
  EXPECT_EQ(waitFor(*after, 10s), std::nullopt);
}

TEST_F(Events_, subscriptionMayOutliveTheEvents) {
  auto own = std::make_unique<Events>(io.get_executor());
  auto subscription = own->subscribe({one});
  own.reset();
  EXPECT_EQ(waitFor(*subscription, 10s), std::nullopt);
}

}  // namespace
}  // namespace berth::server
