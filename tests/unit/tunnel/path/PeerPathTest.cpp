#include "tunnel/path/PeerPath.h"

#include <gtest/gtest.h>

using namespace berth;
using namespace berth::tunnel;
using namespace berth::tunnel::path;
using namespace std::chrono_literals;

namespace {

wire::Endpoint at(const char* text) { return *wire::Endpoint::parse(text); }

const wire::Endpoint kPublic = at("203.0.113.5:41641");
const wire::Endpoint kOther = at("203.0.113.6:41641");
const wire::Endpoint kPrivate = at("192.168.1.5:41641");
const wire::Endpoint kLoopback = at("127.0.0.1:41641");
const wire::Endpoint kV6 = at("[2001:db8::1]:41641");

using Endpoints = std::vector<wire::Endpoint>;

struct PeerPathTest : testing::Test {
  TimePoint now{1000s};
  PeerPath path;

  bool isHearing = true;  // packets come back, though no pongs

  Endpoints pings() { return path.takeWork().pings; }
  // Packets flow, and timers run, for so long; gives what was pinged meanwhile.
  Endpoints pass(std::chrono::milliseconds time, bool isSending = true, std::chrono::milliseconds step = 100ms) {
    Endpoints pinged;
    for (const TimePoint end = now + time; now < end;) {
      now += step;
      if (isSending) path.choose(now);
      if (isHearing) path.onHeard();
      if (path.nextTimerAt() <= now) path.onTimer(now);
      EXPECT_GT(path.nextTimerAt(), now) << "wants to be called again and again";
      for (const auto& each : pings()) pinged.push_back(each);
    }
    return pinged;
  }
  void establish(const wire::Endpoint& endpoint, std::chrono::nanoseconds latency = 1ms) {
    path.setEndpoints({endpoint});
    path.choose(now);
    pings();
    path.onPong(endpoint, latency, now);
    ASSERT_EQ(path.trusted(now), endpoint);
  }
};

}  // namespace

TEST(Quality, followsTheReferencesTable) {
  struct Row {
    MeasuredAddress a;
    MeasuredAddress b;
    bool isBetter;
  };
  const Row rows[] = {
      {{kPrivate, 10ms}, {kPublic, 10ms}, true},   {{kPublic, 10ms}, {kPrivate, 10ms}, false},
      {{kPublic, 10ms}, {kOther, 10050us}, false},  // a trifle
      {{kPublic, 10ms}, {kOther, 11ms}, true},     {{kV6, 10ms}, {kPublic, 9500us}, true},
      {{kPublic, 9500us}, {kV6, 10ms}, false},     {{kLoopback, 20ms}, {kPublic, 12ms}, true},
      {{kPublic, 10ms}, {kPublic, 20ms}, false},  // itself
      {{kPublic, 1ms}, {kPrivate, 100ms}, true},
  };
  for (const Row& row : rows)
    EXPECT_EQ(isBetter(row.a, row.b), row.isBetter) << row.a.endpoint.toString() << " " << row.b.endpoint.toString();
}

TEST_F(PeerPathTest, isQuietUntilAPacketIsSent) {
  path.setEndpoints({kPublic, kPrivate});
  EXPECT_TRUE(pings().empty());
  EXPECT_EQ(path.nextTimerAt(), TimePoint::max());
  EXPECT_FALSE(path.trusted(now));
}

TEST_F(PeerPathTest, firstPacketGoesOverTheRelayAndBeginsDiscovery) {
  path.setEndpoints({kPublic, kPrivate});
  const auto choice = path.choose(now);
  EXPECT_FALSE(choice.direct);
  EXPECT_TRUE(choice.usesRelay);
  const auto work = path.takeWork();
  EXPECT_EQ(work.pings, (Endpoints{kPublic, kPrivate}));
  EXPECT_TRUE(work.callsPeer);
  path.choose(now + 10ms);
  EXPECT_FALSE(path.hasWork()) << "each candidate once in five seconds";
}

TEST_F(PeerPathTest, withoutCandidatesNobodyIsCalled) {
  path.choose(now);
  EXPECT_FALSE(path.takeWork().callsPeer);
}

TEST_F(PeerPathTest, aPongMakesThePathDirect) {
  establish(kPublic);
  const auto choice = path.choose(now);
  EXPECT_EQ(choice.direct, kPublic);
  EXPECT_FALSE(choice.usesRelay);
}

TEST_F(PeerPathTest, aPongFromWhereNobodyWasPingedIsNothing) {
  path.onPong(kPublic, 1ms, now);
  EXPECT_FALSE(path.trusted(now));
}

TEST_F(PeerPathTest, changesToABetterAddressOnly) {
  path.setEndpoints({kPublic, kOther, kPrivate});
  path.choose(now);
  path.onPong(kPublic, 10ms, now);
  path.onPong(kOther, 10ms, now);
  EXPECT_EQ(path.trusted(now), kPublic);
  path.onPong(kPrivate, 10ms, now);
  EXPECT_EQ(path.trusted(now), kPrivate);
  path.onPong(kOther, 9ms, now);
  EXPECT_EQ(path.trusted(now), kPrivate);
}

TEST_F(PeerPathTest, heartbeatsWhileActiveAndNoLonger) {
  establish(kPublic);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(pass(3s).size(), 1U);
    path.onPong(kPublic, 1ms, now);
  }
  Endpoints later;
  for (int i = 0; i < 20; ++i) {
    for (const auto& each : pass(3s, false)) later.push_back(each);
    path.onPong(kPublic, 1ms, now);
  }
  EXPECT_EQ(later.size(), 45U / 3);
  EXPECT_EQ(path.nextTimerAt(), TimePoint::max());
}

TEST_F(PeerPathTest, anUnansweredHeartbeatRaisesDoubtWithinASecond) {
  establish(kPublic);
  pass(3s);
  const auto choice = path.choose(now += kDoubtAfter);
  EXPECT_EQ(choice.direct, kPublic);
  EXPECT_TRUE(choice.usesRelay) << "on both, as nobody knows which works";
  EXPECT_FALSE(path.trusted(now));
}

TEST_F(PeerPathTest, slowPathsHaveMoreTimeToAnswer) {
  establish(kPublic, 700ms);
  pass(3s);
  EXPECT_FALSE(path.choose(now + 2s).usesRelay);
  EXPECT_TRUE(path.choose(now + 2900ms).usesRelay);
}

TEST_F(PeerPathTest, silenceBringsAPingBeforeTheHeartbeat) {
  establish(kPublic);
  isHearing = false;
  EXPECT_TRUE(pass(900ms).empty());
  EXPECT_EQ(pass(300ms), Endpoints{kPublic});
  path.onPong(kPublic, 1ms, now);
  isHearing = true;
  EXPECT_TRUE(pass(1700ms).empty());
}

TEST_F(PeerPathTest, aDoubtedAddressIsAskedEachSecondAndBelievedAgain) {
  establish(kPublic);
  pass(4200ms);
  ASSERT_TRUE(path.choose(now).usesRelay);
  EXPECT_EQ(pass(3s).size(), 3U);
  path.onPong(kPublic, 1ms, now);
  EXPECT_FALSE(path.choose(now).usesRelay);
}

TEST_F(PeerPathTest, aDoubtedAddressGivesWayToAnyThatAnswers) {
  path.setEndpoints({kLoopback, kPublic});
  path.choose(now);
  path.onPong(kLoopback, 1ms, now);
  pass(4500ms);
  path.onPong(kPublic, 300ms, now);
  EXPECT_EQ(path.trusted(now), kPublic);
}

TEST_F(PeerPathTest, aDeadAddressIsForgottenButStillTried) {
  establish(kPublic);
  pass(20s);
  EXPECT_FALSE(path.choose(now).direct) << "the relay alone, nothing sent twice for ever";
  const auto tried = pass(20s);
  EXPECT_GE(tried.size(), 3U);
  EXPECT_LE(tried.size(), 5U);
  path.onPong(kPublic, 1ms, now);
  EXPECT_EQ(path.trusted(now), kPublic);
}

TEST_F(PeerPathTest, trustRunsOutWhenNobodyTalks) {
  establish(kPublic);
  pass(60s, false);
  EXPECT_FALSE(path.trusted(now));
  const auto choice = path.choose(now);
  EXPECT_TRUE(choice.direct == kPublic || !choice.direct);
  EXPECT_TRUE(choice.usesRelay);
  EXPECT_EQ(pings(), Endpoints{kPublic});
}

TEST_F(PeerPathTest, looksForABetterPathEachMinuteUnlessThisOneIsGood) {
  for (const bool isGood : {true, false}) {
    path = PeerPath();
    path.setEndpoints({kPublic, kOther});
    path.choose(now);
    pings();
    std::size_t toOther = 0;
    for (int i = 0; i < 41; ++i) {  // two minutes
      path.onPong(kPublic, isGood ? 5ms : 6ms, now);
      toOther += static_cast<std::size_t>(std::ranges::count(pass(3s), kOther));
    }
    EXPECT_EQ(toOther, isGood ? 0U : 2U);
  }
}

TEST_F(PeerPathTest, callMeMaybePingsEverythingNow) {
  path.setEndpoints({kPublic});
  path.choose(now);
  path.takeWork();
  path.onCallMeMaybe({kOther, kV6}, now += kCallSpacing);
  const auto work = path.takeWork();
  EXPECT_EQ(work.pings, (Endpoints{kPublic, kOther, kV6}));
  EXPECT_FALSE(work.callsPeer) << "that would go on for ever";
  path.onCallMeMaybe({kPublic, kOther, kV6}, now + 100ms);
  EXPECT_TRUE(pings().empty()) << "calls cannot make us a flood";
}

TEST_F(PeerPathTest, callMeMaybeReplacesWhatTheLastOneSaid) {
  path.setEndpoints({kPublic});
  path.onCallMeMaybe({kOther}, now);
  path.onCallMeMaybe({}, now += 10s);
  EXPECT_EQ(pings(), (Endpoints{kPublic, kOther, kPublic}));
}

TEST_F(PeerPathTest, aCallIsDoubtSoThatACallerWhoMovedIsFollowed) {
  establish(kPublic);
  path.onCallMeMaybe({kPublic, kOther}, now);
  EXPECT_EQ(pings(), (Endpoints{kPublic, kOther}));
  EXPECT_TRUE(path.choose(now).usesRelay);
  path.onPong(kOther, 300ms, now);
  EXPECT_EQ(path.trusted(now), kOther);
  path.onCallMeMaybe({kPublic, kOther}, now + 10ms);
  EXPECT_EQ(path.trusted(now), kOther) << "doubt comes with pings or not at all";
}

TEST_F(PeerPathTest, ignoresAddressesThatNoPathCanUse) {
  path.onCallMeMaybe({at("[fe80::1]:1"), at("[fd60:627a:a42b::5]:1"), at("[fd7a:115c:a1e0::5]:1"), at("0.0.0.0:5"),
                      at("[::]:5"), at("224.0.0.1:5"), at("[ff02::1]:5"), at("203.0.113.5:0")},
                     now);
  EXPECT_TRUE(pings().empty());
}

TEST_F(PeerPathTest, aPingMakesItsSourceACandidate) {
  path.onPing(kPublic, now);
  EXPECT_EQ(pings(), Endpoints{kPublic}) << "its side of the NAT is open now";
  std::size_t echoes = 0;
  for (int i = 0; i < 100; ++i) {
    path.onPing(kPublic, now + 1s);
    echoes += pings().size();
  }
  EXPECT_EQ(echoes, 2U) << "and no more";
  path.onPong(kPublic, 1ms, now + 1s);
  EXPECT_EQ(path.trusted(now + 1s), kPublic);
}

TEST_F(PeerPathTest, candidatesAreLimitedAndTheOldestHeardOfGo) {
  establish(kPrivate);
  std::vector<wire::Endpoint> many;
  for (std::uint16_t port = 1; port <= 300; ++port) {
    many.push_back(kPublic);
    many.back().port = port;
    path.onPing(many.back(), now += 10ms);
  }
  path.takeWork();
  path.onNetworkChange(now);
  const auto pinged = pings();
  EXPECT_EQ(pinged.size(), kMaxCandidates);
  EXPECT_TRUE(std::ranges::contains(pinged, kPrivate));
  EXPECT_TRUE(std::ranges::contains(pinged, many.back()));
  EXPECT_FALSE(std::ranges::contains(pinged, many.front()));
  path.onCallMeMaybe(many, now += 1s);
  EXPECT_EQ(pings().size(), kMaxCandidates);
}

TEST_F(PeerPathTest, theCoordinatorsNewListReplacesItsOldOneButNotWhatWorks) {
  path.setEndpoints({kPublic, kOther});
  path.choose(now);
  path.takeWork();
  path.onPong(kPublic, 1ms, now);
  path.setEndpoints({kPrivate});
  EXPECT_EQ(path.trusted(now), kPublic);
  path.onNetworkChange(now);
  EXPECT_EQ(pings(), (Endpoints{kPublic, kPrivate}));
}

TEST_F(PeerPathTest, aNetworkChangeIsDoubtAndANewSearch) {
  establish(kPublic);
  path.onNetworkChange(now);
  const auto work = path.takeWork();
  EXPECT_EQ(work.pings, Endpoints{kPublic});
  EXPECT_TRUE(work.callsPeer);
  EXPECT_TRUE(path.choose(now).usesRelay);
  path.onPong(kPublic, 1ms, now);
  EXPECT_FALSE(path.choose(now).usesRelay);
}

TEST_F(PeerPathTest, probesTheTrustedAddressOrAll) {
  path.setEndpoints({kPublic, kOther});
  path.probe(now);
  EXPECT_EQ(pings(), (Endpoints{kPublic, kOther}));
  path.probe(now += 1s);
  EXPECT_EQ(pings(), (Endpoints{kPublic, kOther}));
  path.onPong(kOther, 1ms, now);
  path.probe(now += 1s);
  EXPECT_EQ(pings(), Endpoints{kOther});
}
