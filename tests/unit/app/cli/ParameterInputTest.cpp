#include "app/cli/ParameterInput.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <format>
#include <fstream>

namespace berth::cli {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(ParameterInput, joinsFlagsAndFile) {
  const auto file = std::filesystem::temp_directory_path() / std::format("berth-parameters-{}", ::getpid());
  std::ofstream(file) << "# comment\nregion: eu\ncores: \"2\"\n";
  const auto given = givenParameters({.values = {"cores=4"}, .ephemeral = {"debug=true"}, .file = file.string()});
  std::filesystem::remove(file);
  ASSERT_TRUE(given) << given.error().message();
  EXPECT_THAT(*given, ElementsAre(Pair("cores", "4"), Pair("debug", "true"), Pair("region", "eu")));
}

TEST(ParameterInput, keepsEqualsSignsInValues) {
  EXPECT_THAT(pairsOf({"url=http://x?a=b", "empty="}, "--parameter").value(),
              ElementsAre(Pair("empty", ""), Pair("url", "http://x?a=b")));
}

TEST(ParameterInput, saysWhatIsWrong) {
  const auto bad = pairsOf({"novalue"}, "--parameter");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().message(), "--parameter \"novalue\": expected name=value");
  EXPECT_FALSE(pairsOf({"=x"}, "--parameter"));
  EXPECT_THAT(givenParameters({.file = "/does/not/exist"}).error().message(), testing::HasSubstr("/does/not/exist"));
}

}  // namespace
}  // namespace berth::cli
