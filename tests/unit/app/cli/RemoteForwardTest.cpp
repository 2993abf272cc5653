#include "app/cli/RemoteForward.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::cli {
namespace {

TEST(RemoteForward, isRead) {
  EXPECT_EQ(parseRemoteForward("8080:localhost:3000"), (RemoteForward{8080, "localhost", 3000}));
  EXPECT_EQ(parseRemoteForward("8080:127.0.0.1:80"), (RemoteForward{8080, "127.0.0.1", 80}));
  EXPECT_EQ(parseRemoteForward("8080:[::1]:80"), (RemoteForward{8080, "::1", 80}));
  EXPECT_EQ(parseRemoteForward("8080:::1:80"), (RemoteForward{8080, "::1", 80})) << "as the stock program takes it";
  EXPECT_EQ(parseRemoteForward("0:localhost:80"), (RemoteForward{0, "localhost", 80}));
}

TEST(RemoteForward, refusesWhatItCannotRead) {
  for (const char* bad : {"", "8080", "8080:80", "8080::80", "a:localhost:80", "8080:localhost:b", "8080:localhost:0",
                          "70000:localhost:80", ":localhost:80", "8080:localhost:"}) {
    const auto refused = parseRemoteForward(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().code(), ErrorCode::InvalidInput) << bad;
    EXPECT_THAT(refused.error().message(), testing::HasSubstr("--remote-forward"));
  }
}

TEST(RemoteForward, ofUnixSocketsIsRefusedWithTheReason) {
  const auto refused = parseRemoteForward("/run/far:/run/near");
  EXPECT_EQ(refused.error().code(), ErrorCode::Unsupported);
}

}  // namespace
}  // namespace berth::cli
