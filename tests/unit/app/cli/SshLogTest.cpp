#include "app/cli/SshLog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::cli {
namespace {

TEST(SshLog, isNamedSoThatEditorsFindIt) {
  EXPECT_THAT(sshLogName(0, "abcde", 4711),
              testing::MatchesRegex("coder-ssh-(19700101|19691231)-[0-9]+-abcde-4711.log"));
  EXPECT_THAT(sshLogName(0, "abcde", std::nullopt), testing::EndsWith("-abcde.log"));
}

TEST(SshLog, wantsADirectoryThatExists) {
  const auto refused = logIntoDirectory("/nonexistent/directory", 1);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), testing::HasSubstr("--log-dir: make /nonexistent/directory/coder-ssh-"));
}

}  // namespace
}  // namespace berth::cli
