#include "app/cli/NetworkInfo.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/json.hpp>
#include <fstream>

namespace berth::cli {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

std::string read(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

unsigned modeOf(const fs::path& path) {
  struct stat status{};
  ::stat(path.c_str(), &status);
  return status.st_mode & 0777U;
}

class NetworkInfoFileTest : public testing::Test {
 protected:
  ~NetworkInfoFileTest() override { fs::remove_all(directory); }
  fs::path directory = fs::path(testing::TempDir()) / ("network-info-" + Uuid::random().toString());
};

TEST(NetworkInfo, hasTheKeysAndUnitsThatPlugInsRead) {
  const auto json = boost::json::parse(toJson({.isDirect = true,
                                               .latency = 1'234'567ns,
                                               .region = "Berth",
                                               .regionLatencies = {{"Berth", 500us}, {"Far", 20ms}},
                                               .uploadRate = 100,
                                               .downloadRate = 2000}));
  EXPECT_EQ(json, boost::json::parse(R"({"p2p":true,"latency":1.234,"preferred_derp":"Berth",
                                         "derp_latency":{"Berth":0.5,"Far":20.0},"upload_bytes_sec":100,
                                         "download_bytes_sec":2000,"using_coder_connect":false})"));
}

TEST(NetworkInfo, namesTheRegionEvenWithoutAMeasurement) {
  const auto json = boost::json::parse(toJson({.region = "Berth"}));
  EXPECT_EQ(json.at("derp_latency").at("Berth").as_double(), 0);
}

TEST_F(NetworkInfoFileTest, isPrivateAndGoesWithItsOwner) {
  fs::path path;
  {
    const auto file = NetworkInfoFile::create(directory, 4711);
    ASSERT_TRUE(file) << file.error().message();
    path = file->path();
    EXPECT_EQ(path, directory / "4711.json");
    ASSERT_TRUE(file->write("first, and longer"));
    ASSERT_TRUE(file->write("second"));
    EXPECT_EQ(read(path), "second");
    EXPECT_EQ(modeOf(path), 0600U);
    EXPECT_EQ(modeOf(directory), 0700U);
    EXPECT_EQ(std::distance(fs::directory_iterator(directory), {}), 1) << "no half-written one beside it";
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(NetworkInfoFileTest, refusesADirectoryThatCannotBe) {
  std::ofstream(directory.string()) << "a file";
  EXPECT_FALSE(NetworkInfoFile::create(directory / "below", 1));
}

}  // namespace
}  // namespace berth::cli
