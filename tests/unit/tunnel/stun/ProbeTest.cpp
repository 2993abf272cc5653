#include "tunnel/stun/Probe.h"

#include <gtest/gtest.h>

using namespace berth;
using namespace berth::tunnel;
using namespace berth::tunnel::stun;
using namespace std::chrono_literals;

namespace {

const TimePoint kStart{1000s};

wire::Endpoint at(const char* text) { return *wire::Endpoint::parse(text); }

const wire::Endpoint kNear = at("10.0.0.1:3478");
const wire::Endpoint kFar = at("198.51.100.1:3478");
const wire::Endpoint kFarther = at("[2001:db8::1]:3478");

struct ProbeTest : testing::Test {
  SystemRng rng;

  static std::vector<Request> take(Probe& probe, TimePoint now) {
    std::vector<Request> requests;
    while (auto request = probe.next(now)) requests.push_back(*std::move(request));
    return requests;
  }
  static bool answer(Probe& probe, const Request& request, const wire::Endpoint& mapped, TimePoint now = kStart) {
    return probe.onPacket(makeResponse(*parseRequest(request.packet), mapped), now);
  }
  // What a NAT that shows these addresses to two servers on the internet is taken for.
  std::optional<bool> varies(const char* first, const char* second) {
    Probe probe({kFar, kFarther}, rng, kStart);
    const auto requests = take(probe, kStart);
    answer(probe, requests[0], at(first));
    answer(probe, requests[1], at(second));
    return probe.mappingVaries();
  }
};

}  // namespace

TEST_F(ProbeTest, asksEachServerOnceWithAnIdOfItsOwn) {
  Probe probe({kNear, kFar, kNear}, rng, kStart);
  const auto requests = take(probe, kStart);
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].server, kNear);
  EXPECT_EQ(requests[1].server, kFar);
  EXPECT_NE(parseRequest(requests[0].packet), parseRequest(requests[1].packet));
  EXPECT_TRUE(take(probe, kStart + 199ms).empty());
  EXPECT_EQ(probe.nextTimerAt(), kStart + 200ms);
}

TEST_F(ProbeTest, asksAgainUntilAnswered) {
  Probe probe({kNear, kFar}, rng, kStart);
  const auto requests = take(probe, kStart);
  EXPECT_TRUE(answer(probe, requests[0], kNear));
  EXPECT_FALSE(answer(probe, requests[0], kFar)) << "answered before";
  const auto again = take(probe, kStart + 200ms);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].packet, requests[1].packet);
  EXPECT_FALSE(probe.isFinished(kStart + 200ms));
  EXPECT_TRUE(answer(probe, again[0], kFar, kStart + 210ms));
  EXPECT_TRUE(probe.isFinished(kStart + 210ms));
  EXPECT_TRUE(take(probe, kStart + 600ms).empty());
}

TEST_F(ProbeTest, givesUpInTheEnd) {
  Probe probe({kFar}, rng, kStart);
  std::size_t sent = 0;
  TimePoint now = kStart;
  for (; !probe.isFinished(now); now = probe.nextTimerAt()) sent += take(probe, now).size();
  EXPECT_EQ(sent, kSendAfter.size());
  EXPECT_EQ(now, kStart + kProbeTimeout);
  EXPECT_TRUE(probe.mapped().empty());
  EXPECT_FALSE(probe.mappingVaries());
}

TEST_F(ProbeTest, ignoresWhatItDidNotAskFor) {
  Probe probe({kFar}, rng, kStart);
  const TransactionId stranger{};
  EXPECT_FALSE(probe.onPacket(makeResponse(stranger, kFar), kStart));
  EXPECT_FALSE(probe.onPacket(asBytes("no STUN"), kStart));
  const auto requests = take(probe, kStart);
  EXPECT_FALSE(answer(probe, requests[0], kFar, kStart + kProbeTimeout)) << "too late";
}

TEST_F(ProbeTest, namesPublicAddressesFirstAndEachOnce) {
  Probe probe({kNear, kFar, kFarther}, rng, kStart);
  const auto requests = take(probe, kStart);
  answer(probe, requests[0], at("10.0.0.9:41641"));
  answer(probe, requests[1], at("203.0.113.5:41641"));
  answer(probe, requests[2], at("203.0.113.5:41641"));
  EXPECT_EQ(probe.mapped(), (std::vector{at("203.0.113.5:41641"), at("10.0.0.9:41641")}));
}

TEST_F(ProbeTest, tellsAHardNatByItsMappings) {
  EXPECT_EQ(varies("203.0.113.5:41641", "203.0.113.5:41641"), false);
  EXPECT_EQ(varies("203.0.113.5:41641", "203.0.113.5:41642"), true);
  EXPECT_EQ(varies("203.0.113.5:41641", "203.0.113.6:41641"), true);
  EXPECT_EQ(varies("203.0.113.5:41641", "10.0.0.9:41641"), std::nullopt) << "not through the NAT";
  EXPECT_EQ(varies("203.0.113.5:41641", "[2001:db8::9]:41641"), std::nullopt) << "no NAT for IPv6";
}
