#include "app/cli/ListeningPorts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<api::WorkspaceAgentListeningPort> listing(const std::vector<std::pair<const char*, int>>& ports) {
  std::vector<api::WorkspaceAgentListeningPort> list;
  for (const auto& [process, port] : ports) list.push_back({process, "tcp", port});
  return list;
}

TEST(ListeningPorts, tellsWhatAppearsAndWhatIsGone) {
  ListeningPorts ports({});
  EXPECT_THAT(ports.update(listing({{"node", 3000}, {"python3", 8000}})).appeared,
              ElementsAre(ListeningPort{3000, "node"}, ListeningPort{8000, "python3"}));
  ports.setLocalPort(8000, 8001);
  const auto changes = ports.update(listing({{"node", 3000}, {"", 9000}}));
  EXPECT_THAT(changes.appeared, ElementsAre(ListeningPort{9000, ""}));
  EXPECT_THAT(changes.gone, ElementsAre(ListeningPort{8000, "python3", 8001}));
}

TEST(ListeningPorts, saysNothingWhileNothingChanges) {
  ListeningPorts ports({});
  const auto list = listing({{"node", 3000}});
  ports.update(list);
  const auto again = ports.update(list);
  EXPECT_THAT(again.appeared, IsEmpty());
  EXPECT_THAT(again.gone, IsEmpty());
}

TEST(ListeningPorts, onePortMayComeBack) {
  ListeningPorts ports({});
  ports.update(listing({{"node", 3000}}));
  ports.setLocalPort(3000, 3000);
  ports.update({});
  EXPECT_THAT(ports.update(listing({{"deno", 3000}})).appeared, ElementsAre(ListeningPort{3000, "deno"}));
}

TEST(ListeningPorts, leavesOutWhatIsForwardedAnyway) {
  EXPECT_THAT(ListeningPorts({3000}).update(listing({{"node", 3000}})).appeared, IsEmpty());
}

TEST(ListeningPorts, isNotFooledByItsOwnForwards) {
  ListeningPorts ports({});
  ports.update(listing({{"node", 3000}}));
  ports.setLocalPort(3000, 41000);
  EXPECT_THAT(ports.update(listing({{"node", 3000}, {"berth", 41000}})).appeared, IsEmpty());
}

TEST(ListeningPorts, takesOnlyTcpPortsThatExist) {
  EXPECT_THAT(
      ListeningPorts({}).update({{"x", "udp", 3000}, {"x", "tcp", 0}, {"x", "tcp", 70000}, {"x", "tcp", -1}}).appeared,
      IsEmpty());
}

}  // namespace
}  // namespace berth::cli
