#include "core/base/Notifier.h"

#include <gtest/gtest.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

using namespace berth;
using namespace std::chrono_literals;

namespace {

Task<void> waitInto(Notifier& notifier, TimePoint deadline, std::vector<std::optional<ErrorCode>>& outcomes) {
  const auto result = co_await notifier.waitUntil(deadline);
  outcomes.push_back(result ? std::nullopt : std::optional(result.error().code()));
}

}  // namespace

TEST(Notifier, wakesEveryoneWhoWaits) {
  asio::io_context io;
  Notifier notifier(io.get_executor());
  std::vector<std::optional<ErrorCode>> outcomes;
  for (int i = 0; i < 3; ++i) co_spawn(io, waitInto(notifier, TimePoint::max(), outcomes), asio::detached);
  io.poll();
  EXPECT_TRUE(outcomes.empty());
  notifier.notify();
  io.run();
  EXPECT_EQ(outcomes, std::vector<std::optional<ErrorCode>>(3, std::nullopt));
}

TEST(Notifier, givesUpAtTheDeadline) {
  asio::io_context io;
  Notifier notifier(io.get_executor());
  std::vector<std::optional<ErrorCode>> outcomes;
  co_spawn(io, waitInto(notifier, SystemClock().now(), outcomes), asio::detached);
  io.run();
  EXPECT_EQ(outcomes, std::vector<std::optional<ErrorCode>>{ErrorCode::Timeout});
}

TEST(Notifier, tellsCancellationFromNotification) {
  asio::io_context io;
  Notifier notifier(io.get_executor());
  std::vector<std::optional<ErrorCode>> outcomes;
  asio::cancellation_signal cancel;
  co_spawn(io, waitInto(notifier, TimePoint::max(), outcomes),
           asio::bind_cancellation_slot(cancel.slot(), asio::detached));
  io.poll();
  cancel.emit(asio::cancellation_type::terminal);
  io.run();
  EXPECT_EQ(outcomes, std::vector<std::optional<ErrorCode>>{ErrorCode::Cancelled});
}
