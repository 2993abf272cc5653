#include "core/server/coordinator/ResumeTokens.h"

#include <gtest/gtest.h>

using namespace berth;
using namespace berth::server;

namespace {

const WallTime kNow{std::chrono::seconds(1'700'000'000)};

}  // namespace

TEST(ResumeTokens, bringThePeerBackUntilTheyExpire) {
  const ResumeTokens tokens(Secret("a key"));
  const auto peer = PeerId::random();
  const auto token = tokens.issue(peer, kNow);
  EXPECT_EQ(tokens.verify(token, kNow), peer);
  EXPECT_EQ(ResumeTokens(Secret("a key")).verify(token, kNow + kResumeTokenLifetime - std::chrono::seconds(1)), peer);
  EXPECT_EQ(tokens.verify(token, kNow + kResumeTokenLifetime).error().code(), ErrorCode::Unauthenticated);
}

TEST(ResumeTokens, refuseWhatIsNotTheirs) {
  const ResumeTokens tokens(Secret("a key"));
  const auto token = tokens.issue(PeerId::random(), kNow);
  EXPECT_FALSE(ResumeTokens(Secret("another key")).verify(token, kNow));
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto changed = token;
    changed[i] = changed[i] == '0' ? '1' : '0';
    EXPECT_FALSE(tokens.verify(changed, kNow)) << i;
    EXPECT_FALSE(tokens.verify(token.substr(0, i), kNow)) << i;
  }
  EXPECT_FALSE(tokens.verify(token + "00", kNow));
}
