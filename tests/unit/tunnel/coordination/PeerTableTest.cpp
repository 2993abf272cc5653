#include "tunnel/coordination/PeerTable.h"

#include <gtest/gtest.h>

using namespace berth;
using namespace berth::tunnel;
using namespace berth::tunnel::coordination;
using namespace std::chrono_literals;

namespace {

const TimePoint kStart{1000s};
const Uuid kPeer = *Uuid::parse("c2b1ad3e-6c9f-4f0a-9d3b-0a1b2c3d4e5f");
using Kind = PeerUpdate::Kind;

wire::NodePublic keyNumber(int number) {
  wire::KeyBytes bytes{};
  bytes[0] = static_cast<std::byte>(number);
  return wire::NodePublic(bytes);
}

NodeInfo node(int key = 1, int region = 999) {
  NodeInfo out;
  out.key = keyNumber(key);
  out.preferredDerp = region;
  return out;
}

struct PeerTableTest : ::testing::Test {
  std::optional<TimePoint> lastHandshakeAt;
  PeerTable client{PeerTable::Side::Client, [this](const auto&) { return lastHandshakeAt; }};
  PeerTable agent{PeerTable::Side::Agent, [this](const auto&) { return lastHandshakeAt; }};

  static PeerUpdate news(Kind kind) { return {kPeer, kind, std::nullopt, ""}; }
  static PeerUpdate news(NodeInfo info) { return {kPeer, Kind::Node, std::move(info), ""}; }
};

// The actions as words: "put 1 keepalive", "put 1", "remove 1", "ready".
std::string words(const std::vector<Action>& actions) {
  std::string all;
  for (const Action& action : actions) {
    if (!all.empty()) all += ", ";
    if (const auto* put = std::get_if<ConfigurePeer>(&action))
      all +=
          std::format("put {}{}", std::to_integer<int>(put->node.key.bytes()[0]), put->keepsAlive ? " keepalive" : "");
    else if (const auto* remove = std::get_if<RemovePeer>(&action))
      all += std::format("remove {}", std::to_integer<int>(remove->key.bytes()[0]));
    else
      all += "ready";
  }
  return all;
}

}  // namespace

TEST_F(PeerTableTest, whoFoundUsIsConfiguredAtOnce) {
  EXPECT_EQ(words(client.onUpdate(news(node()), kStart)), "put 1");
  EXPECT_EQ(words(agent.onUpdate(news(node()), kStart)), "put 1, ready");
}

TEST_F(PeerTableTest, nodeWithoutAHomeIsIgnored) {
  EXPECT_EQ(words(agent.onUpdate(news(node(1, 0)), kStart)), "");
  EXPECT_EQ(words(agent.onUpdate(news(node()), kStart)), "put 1, ready");
  EXPECT_EQ(words(agent.onUpdate(news(node(1, 0)), kStart)), "");
}

TEST_F(PeerTableTest, destinationWaitsUntilItIsReady) {
  client.addDestination(kPeer);
  EXPECT_EQ(words(client.onUpdate(news(node()), kStart)), "");
  EXPECT_EQ(words(client.onUpdate(news(Kind::ReadyForHandshake), kStart)), "put 1 keepalive");
  EXPECT_EQ(client.nextTimerAt(), TimePoint::max());
}

TEST_F(PeerTableTest, readyMayComeBeforeTheNode) {
  client.addDestination(kPeer);
  EXPECT_EQ(words(client.onUpdate(news(Kind::ReadyForHandshake), kStart)), "");
  EXPECT_EQ(words(client.onUpdate(news(node()), kStart)), "put 1 keepalive");
}

TEST_F(PeerTableTest, destinationIsConfiguredAfterFiveSecondsWithoutKeepalive) {
  client.addDestination(kPeer);
  client.onUpdate(news(node()), kStart);
  EXPECT_EQ(client.nextTimerAt(), kStart + kReadyTimeout);
  client.onUpdate(news(node(1, 998)), kStart + 2s);  // starts the wait again
  EXPECT_EQ(words(client.onTimer(kStart + kReadyTimeout)), "");
  EXPECT_EQ(words(client.onTimer(kStart + 2s + kReadyTimeout)), "put 1");
  EXPECT_EQ(words(client.onUpdate(news(node(1, 997)), kStart + 10s)), "put 1 keepalive");
}

TEST_F(PeerTableTest, sameNodeSampledAgainChangesNothing) {
  client.onUpdate(news(node()), kStart);
  NodeInfo later = node();
  later.asOf = WallTime(5s);
  EXPECT_EQ(words(client.onUpdate(news(later), kStart)), "");
  EXPECT_EQ(words(agent.onUpdate(news(node()), kStart)), "put 1, ready");
  EXPECT_EQ(words(agent.onUpdate(news(later), kStart)), "ready");
  later.endpoints.push_back({});
  EXPECT_EQ(words(client.onUpdate(news(later), kStart)), "put 1");
}

TEST_F(PeerTableTest, newKeyUnderTheSameIdIsANewPeer) {
  client.onUpdate(news(node(1)), kStart);
  EXPECT_EQ(words(client.onUpdate(news(node(2)), kStart)), "remove 1, put 2");
}

TEST_F(PeerTableTest, disconnectedIsForgottenWithItsMark) {
  client.addDestination(kPeer);
  client.onUpdate(news(Kind::ReadyForHandshake), kStart);
  client.onUpdate(news(node()), kStart);
  EXPECT_EQ(words(client.onUpdate(news(Kind::Disconnected), kStart)), "remove 1");
  EXPECT_EQ(words(client.onUpdate(news(Kind::Disconnected), kStart)), "");
  EXPECT_EQ(words(client.onUpdate(news(node()), kStart)), "put 1");
}

TEST_F(PeerTableTest, lostIsForgottenAfterFifteenMinutesOfSilence) {
  client.onUpdate(news(node()), kStart);
  client.onUpdate(news(Kind::Lost), kStart);
  EXPECT_EQ(client.nextTimerAt(), kStart + kLostTimeout);
  EXPECT_EQ(words(client.onTimer(kStart + kLostTimeout - 1s)), "");
  EXPECT_EQ(words(client.onTimer(kStart + kLostTimeout)), "remove 1");
  EXPECT_EQ(client.size(), 0U);
}

TEST_F(PeerTableTest, lostIsKeptWhileHandshakesGoOn) {
  client.onUpdate(news(node()), kStart);
  client.onUpdate(news(Kind::Lost), kStart);
  lastHandshakeAt = kStart + 10min;
  EXPECT_EQ(words(client.onTimer(kStart + kLostTimeout)), "");
  EXPECT_EQ(client.nextTimerAt(), kStart + 10min + kLostTimeout);
  EXPECT_EQ(words(client.onTimer(kStart + 10min + kLostTimeout)), "remove 1");
}

TEST_F(PeerTableTest, newsOfALostPeerBringsItBack) {
  client.onUpdate(news(node()), kStart);
  client.onStreamLost(kStart);
  EXPECT_NE(client.nextTimerAt(), TimePoint::max());
  EXPECT_EQ(words(client.onUpdate(news(node()), kStart + 1min)), "");
  EXPECT_EQ(client.nextTimerAt(), TimePoint::max());
}

TEST_F(PeerTableTest, newsOfNobodyIsNoNews) {
  EXPECT_EQ(words(client.onUpdate(news(Kind::Lost), kStart)), "");
  EXPECT_EQ(words(client.onUpdate(news(Kind::Disconnected), kStart)), "");
  EXPECT_EQ(client.size(), 0U);
}

TEST_F(PeerTableTest, removedDestinationIsTakenOut) {
  client.addDestination(kPeer);
  client.onUpdate(news(Kind::ReadyForHandshake), kStart);
  client.onUpdate(news(node()), kStart);
  EXPECT_EQ(words(client.removeDestination(kPeer)), "remove 1");
  EXPECT_EQ(words(client.removeDestination(kPeer)), "");
}
