#include "app/cli/PortSpec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string describe(const PortForward& forward) {
  const auto address = forward.localAddress;
  return std::format(
      "{} {} {}", toString(forward.transport),
      address ? tunnel::wire::Endpoint{*address, forward.localPort}.toString() : std::to_string(forward.localPort),
      forward.remotePort);
}

std::vector<std::string> parsed(const std::vector<std::string>& tcp, const std::vector<std::string>& udp = {}) {
  const auto forwards = parsePortSpecs(tcp, udp);
  if (!forwards) return {forwards.error().message()};
  std::vector<std::string> out;
  for (const auto& each : *forwards) out.push_back(describe(each));
  return out;
}

struct Row {
  const char* spec;
  std::vector<std::string> forwards;
};

class PortSpecTable : public testing::TestWithParam<Row> {};

TEST_P(PortSpecTable, isRead) { EXPECT_EQ(parsed({GetParam().spec}), GetParam().forwards) << GetParam().spec; }

INSTANTIATE_TEST_SUITE_P(
    All, PortSpecTable,
    testing::Values(Row{"8000", {"tcp 8000 8000"}}, Row{"8888:9999", {"tcp 8888 9999"}},
                    Row{"65535", {"tcp 65535 65535"}}, Row{"1-2:6-7", {"tcp 1 6", "tcp 2 7"}},
                    Row{"65534-65535", {"tcp 65534 65534", "tcp 65535 65535"}}, Row{"7-7", {"tcp 7 7"}},
                    Row{"127.0.0.1:4000:4001", {"tcp 127.0.0.1:4000 4001"}},
                    Row{"127.0.0.1:4000", {"tcp 127.0.0.1:4000 4000"}}, Row{"0.0.0.0:80:8080", {"tcp 0.0.0.0:80 8080"}},
                    Row{"[::1]:8080:8081", {"tcp [::1]:8080 8081"}}, Row{"[::]:8080", {"tcp [::]:8080 8080"}},
                    Row{"[fe80::1]:1-2:3-4", {"tcp [fe80::1]:1 3", "tcp [fe80::1]:2 4"}},
                    Row{"127.0.0.1:4000-4001", {"tcp 127.0.0.1:4000 4000", "tcp 127.0.0.1:4001 4001"}},
                    Row{"8080, 9000:3000,9090-9091",
                        {"tcp 8080 8080", "tcp 9000 3000", "tcp 9090 9090", "tcp 9091 9091"}}));

TEST(PortSpec, keepsTheOrderWithTcpFirst) {
  EXPECT_THAT(parsed({"9000:3000", "8000"}, {"53:5353"}), ElementsAre("tcp 9000 3000", "tcp 8000 8000", "udp 53 5353"));
}

TEST(PortSpec, ofNothingIsNothing) { EXPECT_TRUE(parsePortSpecs({}, {})->empty()); }

TEST(PortSpec, refusesWhatItCannotReadAndSaysWhich) {
  for (const char* bad : {"",           ",",
                          "8000,",      "0",
                          "8000:0",     "65536",
                          "-1",         "8000-",
                          "-8000",      "a",
                          "8000:b",     "8000::1",
                          "8000:1:2",   "::1:8000",
                          "[::1]8000",  "[::1",
                          "[::1]",      "[127.0.0.1]:80",
                          "127.0.0:80", "300.0.0.1:80",
                          "127.0.0.1",  "localhost:8000:8000",
                          "80 80",      "0x50",
                          "+80"}) {
    const auto refused = parsePortSpecs({bad}, {});
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().code(), ErrorCode::InvalidInput);
    EXPECT_THAT(refused.error().message(), HasSubstr("--tcp \""));
  }
  EXPECT_THAT(parsed({}, {"70000"}), ElementsAre("--udp \"70000\": \"70000\" is not a port (1 to 65535)"));
}

TEST(PortSpec, refusesRangesThatDoNotFit) {
  EXPECT_THAT(parsed({"9-8"}).front(), HasSubstr("ends before it begins"));
  EXPECT_THAT(parsed({"1-3:1-2"}).front(), HasSubstr("3 local ports cannot lead to 2 ports"));
}

TEST(PortSpec, refusesALocalPortTwice) {
  EXPECT_THAT(parsed({"8000", "7000,8000:9000"}).front(), HasSubstr("local port 8000 is named twice"));
  EXPECT_THAT(parsed({"8000-8003", "8002"}).front(), HasSubstr("local port 8002"));
  EXPECT_EQ(parsed({"8000", "127.0.0.2:8000"}, {"8000"}).size(), 3U) << "another address, another transport";
}

}  // namespace
}  // namespace berth::cli
