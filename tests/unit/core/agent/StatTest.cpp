#include "core/agent/stat/Stat.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace berth::agent::stat {
namespace {

TEST(StatFormat, textHasFewDigitsAndAPercentage) {
  EXPECT_EQ(formatText({.used = 0, .total = 4, .unit = "cores"}, ""), "0/4 cores (0%)");
  EXPECT_EQ(formatText({.used = 0.1234567, .total = std::nullopt, .unit = "cores"}, ""), "0.123 cores");
  EXPECT_EQ(formatText({.used = 1.5 * 1024 * 1024 * 1024, .total = 16.0 * 1024 * 1024 * 1024, .unit = "B"}, "Gi"),
            "1.5/16 GiB (9%)");
  EXPECT_EQ(formatText({.used = 123456.0 * 1024, .total = std::nullopt, .unit = "B"}, "Ki"), "123456 KiB");
}

TEST(StatFormat, jsonHasPlainNumbers) {
  EXPECT_EQ(formatJson({.used = 1024, .total = 2048, .unit = "B"}),
            "{\n  \"total\": 2048,\n  \"unit\": \"B\",\n  \"used\": 1024\n}");
  EXPECT_EQ(formatJson({.used = 0.25, .total = std::nullopt, .unit = "cores"}),
            "{\n  \"total\": null,\n  \"unit\": \"cores\",\n  \"used\": 0.25\n}");
}

TEST(StatFormat, knowsItsPrefixes) {
  EXPECT_EQ(parsePrefix("Ki"), 1024.0);
  EXPECT_EQ(parsePrefix("Ti"), 1024.0 * 1024 * 1024 * 1024);
  EXPECT_EQ(parsePrefix("kB"), std::nullopt);
}

TEST(StatCpu, hostIsAShareOfAllProcessors) {
  EXPECT_DOUBLE_EQ(hostCpuUsage({10, 100}, {11, 104}, 4).used, 1.0);
  EXPECT_DOUBLE_EQ(hostCpuUsage({10, 100}, {10, 100}, 4).used, 0.0);
}

TEST(StatCpu, containerCountsFromZeroAfterAReset) {
  EXPECT_DOUBLE_EQ(containerCpuUsage({10, 0}, {10.05, 0}, 0.1, std::nullopt).used, 0.5 * (10.05 - 10) / 0.05);
  EXPECT_DOUBLE_EQ(containerCpuUsage({10, 0}, {0.2, 0}, 0.1, 2.0).used, 2.0);
}

class StatSource : public testing::Test {
 protected:
  void SetUp() override {
    m_root = (std::filesystem::temp_directory_path() / std::format("berth-stat-{}", ::getpid())).string();
  }
  void TearDown() override { std::filesystem::remove_all(m_root); }
  void put(const std::string& path, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(m_root + path).parent_path());
    std::ofstream(m_root + path) << text;
  }
  std::string m_root;
};

TEST_F(StatSource, readsTheHost) {
  put("/proc/stat", "cpu  100 0 50 800 50 0 0 0 7 0\ncpu0 1 2 3\n");
  put("/proc/meminfo", "MemTotal:       1000 kB\nMemFree:         100 kB\nMemAvailable:    400 kB\n");
  const Source source(m_root);
  const auto cpu = source.hostCpu();
  ASSERT_TRUE(cpu);
  EXPECT_DOUBLE_EQ(cpu->totalSeconds * static_cast<double>(::sysconf(_SC_CLK_TCK)), 1000);
  EXPECT_DOUBLE_EQ(cpu->usedSeconds * static_cast<double>(::sysconf(_SC_CLK_TCK)), 200);
  const auto memory = source.hostMemory();
  ASSERT_TRUE(memory);
  EXPECT_EQ(memory->used, 600.0 * 1024);
  EXPECT_EQ(memory->total, 1000.0 * 1024);
  EXPECT_FALSE(source.isContainer());
}

TEST_F(StatSource, readsVersionTwoAndAsksParentsForWhatAGroupLacks) {
  put("/proc/self/cgroup", "0::/user.slice/app\n");
  put("/proc/1/cgroup", "0::/docker/abc\n");
  put("/sys/fs/cgroup/cgroup.controllers", "cpu memory\n");
  put("/sys/fs/cgroup/user.slice/cpu.max", "150000 100000\n");
  put("/sys/fs/cgroup/user.slice/app/cpu.stat", "usage_usec 2500000\nuser_usec 1\n");
  put("/sys/fs/cgroup/user.slice/app/memory.current", "5000\n");
  put("/sys/fs/cgroup/user.slice/app/memory.max", "max\n");
  put("/sys/fs/cgroup/user.slice/app/memory.stat", "anon 1\ninactive_file 2000\n");
  const Source source(m_root);
  EXPECT_TRUE(source.isContainer());
  EXPECT_EQ(source.containerCpu()->usedSeconds, 2.5);
  EXPECT_EQ(*source.containerCpuLimit(), 1.5);
  const auto memory = source.containerMemory();
  ASSERT_TRUE(memory);
  EXPECT_EQ(memory->used, 3000);
  EXPECT_EQ(memory->total, std::nullopt);
}

TEST_F(StatSource, readsVersionOne) {
  put("/sys/fs/cgroup/cpuacct/cpuacct.usage", "3000000000\n");
  put("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  put("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  put("/sys/fs/cgroup/memory/memory.usage_in_bytes", "900\n");
  put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  put("/sys/fs/cgroup/memory/memory.stat", "inactive_file 1\ntotal_inactive_file 100\n");
  const Source source(m_root);
  EXPECT_EQ(source.containerCpu()->usedSeconds, 3);
  EXPECT_EQ(*source.containerCpuLimit(), std::nullopt);
  EXPECT_EQ(source.containerMemory()->used, 800);
  EXPECT_EQ(source.containerMemory()->total, std::nullopt);
}

TEST_F(StatSource, saysWhatIsMissing) {
  const Source source(m_root);
  ASSERT_FALSE(source.hostMemory());
  EXPECT_NE(source.hostMemory().error().message().find("/proc/meminfo"), std::string::npos);
  EXPECT_EQ(diskUsage(m_root + "/nothing").error().code(), ErrorCode::NotFound);
}

}  // namespace
}  // namespace berth::agent::stat
