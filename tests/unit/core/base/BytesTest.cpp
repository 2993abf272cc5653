#include "core/base/Bytes.h"

#include <gtest/gtest.h>

using namespace berth;

TEST(Bytes, hexRoundTrips) {
  const auto bytes = parseHex("00ff7FaB");
  ASSERT_TRUE(bytes);
  EXPECT_EQ(toHex(*bytes), "00ff7fab");
  EXPECT_FALSE(parseHex("0"));
  EXPECT_FALSE(parseHex("0g"));
}

// RFC 4648 10
TEST(Bytes, base64MatchesTheRfcVectors) {
  const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(toBase64(asBytes(plain)), encoded);
    const auto decoded = parseBase64(encoded);
    ASSERT_TRUE(decoded) << encoded;
    EXPECT_EQ(asText(*decoded), plain);
  }
  for (const auto* bad : {"Zg=", "Z===", "Zg==Zg==", "Zm9v!", "====", "Zm=v"}) EXPECT_FALSE(parseBase64(bad)) << bad;
}

TEST(Bytes, base64UrlHasNoPadding) { EXPECT_EQ(toBase64Url(asBytes("\xff\xfe")), "__4"); }

TEST(Bytes, constantTimeComparisonTellsDifferences) {
  EXPECT_TRUE(equalConstantTime(asBytes("abc"), asBytes("abc")));
  EXPECT_FALSE(equalConstantTime(asBytes("abc"), asBytes("abd")));
  EXPECT_FALSE(equalConstantTime(asBytes("abc"), asBytes("ab")));
}
