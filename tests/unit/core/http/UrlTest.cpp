#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/http/Message.h"

namespace berth::http {
namespace {

TEST(Url, fillsInThePort) {
  EXPECT_EQ(parseUrl("http://example.com")->port, 80);
  EXPECT_EQ(parseUrl("https://example.com")->port, 443);
  EXPECT_EQ(parseUrl("http://example.com:3000/")->port, 3000);
}

TEST(Url, keepsThePathWithoutTrailingSlash) {
  const auto url = parseUrl("https://example.com/coder//?x=y#z");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->path, "/coder");
  EXPECT_EQ(url->toString(), "https://example.com/coder");
}

TEST(Url, takesIpv6Literals) {
  const auto url = parseUrl("http://[::1]:3000");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->hostHeader(), "[::1]:3000");
}

TEST(Url, refusesWithAReason) {
  for (const char* bad : {"example.com", "ftp://x", "http://", "http://x:0", "http://x:99999", "http://x:a",
                          "http://[::1", "http://user@host", "http://a b"}) {
    const auto url = parseUrl(bad);
    ASSERT_FALSE(url) << bad;
    EXPECT_EQ(url.error().code(), ErrorCode::InvalidInput);
    EXPECT_THAT(url.error().message(), testing::HasSubstr(bad));
  }
}

}  // namespace
}  // namespace berth::http
