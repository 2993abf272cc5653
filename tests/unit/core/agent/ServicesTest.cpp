#include <gmock/gmock.h>

#include "core/agent/services/Ports.h"
#include "core/agent/services/Speedtest.h"

namespace berth::agent {
namespace {

TEST(Ports, readsListenersOfTheSocketTable) {
  const auto sockets = parseSocketTable(
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
      "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1 0 100\n"
      "   1: 0100007F:1F91 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 12346 1 0 100\n"
      "   2: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 777 1\n"
      "garbage\n");
  ASSERT_EQ(sockets.size(), 2U);
  EXPECT_EQ(sockets[0].port, 8080);
  EXPECT_EQ(sockets[0].inode, 12345U);
  EXPECT_EQ(sockets[1].port, 22);
}

TEST(Ports, jsonHasTheStockNames) {
  EXPECT_EQ(toJson({{.processName = "node", .port = 3000}}),
            R"({"ports":[{"process_name":"node","network":"tcp","port":3000}]})");
  EXPECT_EQ(toJson({}), R"({"ports":[]})");
}

TEST(Speedtest, readsARequest) {
  const auto request = parseSpeedtestRequest(R"({"version":2,"time":5000000000,"direction":1})");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->duration, std::chrono::seconds(5));
  EXPECT_FALSE(request->agentSends);
}

TEST(Speedtest, refusesWhatItDoesNotSpeak) {
  for (const char* bad :
       {"", "[]", "{}", R"({"version":1,"time":1,"direction":0})", R"({"version":2,"time":1,"direction":7})",
        R"({"version":2,"time":60000000000,"direction":0})", R"({"version":"2","time":1,"direction":0})"})
    EXPECT_FALSE(parseSpeedtestRequest(bad)) << bad;
}

}  // namespace
}  // namespace berth::agent
