#include "core/agent/life/Lifecycle.h"

#include <gtest/gtest.h>

#include "core/agent/life/AppHealthChecker.h"
#include "core/agent/life/Metadata.h"
#include "core/agent/life/Text.h"

namespace berth::agent {
namespace {

WallTime at(int second) { return WallTime(std::chrono::seconds(second)); }

TEST(Lifecycle, goesForwardOnly) {
  Lifecycle lifecycle;
  EXPECT_FALSE(lifecycle.set(LifecycleState::Created, at(1)));
  EXPECT_TRUE(lifecycle.set(LifecycleState::Starting, at(2)));
  EXPECT_TRUE(lifecycle.set(LifecycleState::Ready, at(3)));
  EXPECT_FALSE(lifecycle.set(LifecycleState::StartError, at(4)));
  EXPECT_EQ(lifecycle.state(), LifecycleState::Ready);
}

TEST(Lifecycle, keepsEveryChangeUntilReported) {
  Lifecycle lifecycle;
  lifecycle.set(LifecycleState::Starting, at(2));
  lifecycle.set(LifecycleState::Ready, at(3));
  ASSERT_TRUE(lifecycle.firstUnreported());
  EXPECT_EQ(lifecycle.firstUnreported()->state, LifecycleState::Starting);
  EXPECT_EQ(lifecycle.firstUnreported()->changedAt, at(2));
  lifecycle.markReported();
  EXPECT_EQ(lifecycle.firstUnreported()->state, LifecycleState::Ready);
  lifecycle.markReported();
  EXPECT_FALSE(lifecycle.firstUnreported());
}

TEST(AppHealth, asksForPathAndQuery) {
  EXPECT_EQ(healthTarget("http://localhost:1"), "/");
  EXPECT_EQ(healthTarget("http://localhost:1/"), "/");
  EXPECT_EQ(healthTarget("http://localhost:1/a/?b=/c#d"), "/a/?b=/c");
  EXPECT_EQ(healthTarget("http://localhost:1?b"), "/?b");
}

TEST(AppHealth, turnsUnhealthyAfterMoreFailuresThanTheThreshold) {
  AppHealthState state(AppHealth::Initializing, 2);
  EXPECT_FALSE(state.onResult(false));
  EXPECT_FALSE(state.onResult(false));
  EXPECT_TRUE(state.onResult(false));
  EXPECT_EQ(state.health(), AppHealth::Unhealthy);
  EXPECT_TRUE(state.onResult(true));
  EXPECT_EQ(state.health(), AppHealth::Healthy);
}

TEST(AppHealth, oneSuccessForgetsFailures) {
  AppHealthState state(AppHealth::Healthy, 1);
  state.onResult(false);
  state.onResult(true);
  EXPECT_FALSE(state.onResult(false));
  EXPECT_EQ(state.health(), AppHealth::Healthy);
}

TEST(Text, keepsUtf8AndReplacesTheRest) {
  EXPECT_EQ(cleanText("plain \t äöü € 😀"), "plain \t äöü € 😀");
  EXPECT_EQ(cleanText(std::string_view("a\0b", 3)), "a❌b");
  EXPECT_EQ(cleanText("\xff|\xc3"), "❌|❌");
  EXPECT_EQ(cleanText("\xc0\x80"), "❌❌");              // overlong
  EXPECT_EQ(cleanText("\xed\xa0\x80"), "❌❌❌");        // a surrogate
  EXPECT_EQ(cleanText("\xf4\x90\x80\x80"), "❌❌❌❌");  // beyond U+10FFFF
}

TEST(Metadata, cutsLongOutputAndSaysSo) {
  const auto result = metadataResult(at(1), std::string(kMaxMetadataValue - 1, 'x') + "€", "exit code 1");
  EXPECT_EQ(result.value, std::string(kMaxMetadataValue - 1, 'x'));
  EXPECT_EQ(result.error, "exit code 1; output of 10242 bytes is cut to 10240");
}

TEST(Metadata, timeoutFallsBackToTheInterval) {
  EXPECT_EQ(metadataTimeout({.interval = std::chrono::seconds(5), .timeout = std::chrono::seconds(1)}).count(), 1);
  EXPECT_EQ(metadataTimeout({.interval = std::chrono::seconds(5)}).count(), 5);
  EXPECT_EQ(metadataTimeout({}).count(), 3);
}

}  // namespace
}  // namespace berth::agent
