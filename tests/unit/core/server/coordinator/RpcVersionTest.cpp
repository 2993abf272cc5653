#include "core/server/coordinator/RpcVersion.h"

#include <gtest/gtest.h>

using namespace berth::server;

TEST(RpcVersion, takesOurMajorUpToOurMinor) {
  EXPECT_EQ(parseRpcVersion("2.0"), (RpcVersion{2, 0}));
  EXPECT_EQ(parseRpcVersion("2.10"), (RpcVersion{2, 10}));
  EXPECT_EQ((RpcVersion{2, 10}).toString(), "2.10");
}

// Texts as stock servers give them (reference/tailnet.md 4.3).
TEST(RpcVersion, saysWhatIsWrong) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"1.0", "version 1.0 is no longer supported"},
      {"X", "invalid version string: X"},
      {"2", "invalid version string: 2"},
      {"2.1.0", "invalid version string: 2.1.0"},
      {"-2.0", "invalid version string: -2.0"},
      {"", "invalid version string: "},
      {"2.11", "server is at version 2.10, behind requested minor version 2.11"},
      {"3.0", "server is at version 2.10, behind requested major version 3.0"},
  };
  for (const auto& [text, detail] : rows) {
    const auto version = parseRpcVersion(text);
    ASSERT_FALSE(version) << text;
    EXPECT_EQ(version.error().status, 400);
    EXPECT_EQ(version.error().message, "Unknown or unsupported API version");
    ASSERT_EQ(version.error().validations.size(), 1U);
    EXPECT_EQ(version.error().validations[0].field, "version");
    EXPECT_EQ(version.error().validations[0].detail, detail);
  }
}
