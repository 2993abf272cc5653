#include "core/server/routes/ListeningPorts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::server::routes {
namespace {

using testing::ElementsAre;

std::vector<std::int64_t> shown(const std::vector<std::int64_t>& ports, const std::vector<std::string>& appUrls = {}) {
  std::vector<api::WorkspaceAgentListeningPort> list;
  for (const auto port : ports) list.push_back({"program", "tcp", port});
  std::vector<store::AppRecord> apps(appUrls.size());
  for (std::size_t i = 0; i < apps.size(); ++i) apps[i].url = appUrls[i];
  std::vector<std::int64_t> out;
  for (const auto& each : shownPorts(list, apps)) out.push_back(each.port);
  return out;
}

TEST(ListeningPorts, leavesOutTheTunnelsOwnAndWellKnownServices) {
  EXPECT_THAT(shown({1, 4, 8, 9, 22, 80, 443, 5432, 5433, 27018, 65535}), ElementsAre(9, 80, 443, 5433, 65535));
}

TEST(ListeningPorts, leavesOutWhatAppsLeadTo) {
  EXPECT_THAT(shown({3000, 8000, 8080}, {"http://localhost:8080/?folder=/home", "", "vscode://x:8000/y"}),
              ElementsAre(3000, 8000));
}

TEST(ListeningPorts, aLinkIntoTheWorldHidesNothing) {
  EXPECT_THAT(shown({80, 443}, {"https://example.com/docs", "http://example.com"}), ElementsAre(80, 443));
}

}  // namespace
}  // namespace berth::server::routes
