#include "core/provision/Rescue.h"

#include <gmock/gmock.h>

#include "core/provision/Snapshot.h"

using namespace berth;
using namespace berth::provision;
using testing::ElementsAre;
using testing::Field;

namespace {

std::string completed(std::string_view address, std::string_view action, std::string_view id) {
  return std::format(
      R"({{"@level":"info","@message":"","type":"apply_complete","hook":{{"resource":{{"addr":"{}"}},"action":"{}","id_key":"id","id_value":"{}"}}}})"
      "\n",
      address, action, id);
}

constexpr std::string_view kState = R"({"version":4,"resources":[
  {"mode":"managed","type":"x_disk","name":"home","instances":[{"attributes":{"id":"d1"}}]},
  {"mode":"managed","type":"x_vm","name":"box","instances":[{"index_key":0,"attributes":{"id":"old"}}]}]})";

}  // namespace

TEST(Rescue, findsWhatIsNotInTheState) {
  const auto output = completed("x_disk.home", "create", "d1") + completed(R"(x_vm.box[0])", "delete", "old") +
                      completed("x_vm.box[0]", "create", "new") + completed("x_net.lan", "create", "n1") +
                      completed("coder_agent.main", "create", "a") + "no json\n" +
                      completed("x_tmp.gone", "create", "t") + completed("x_tmp.gone", "delete", "");
  const auto lost = lostResources(output, kState);
  ASSERT_TRUE(lost);
  EXPECT_THAT(*lost, ElementsAre(Field(&LostResource::address, "x_net.lan"), Field(&LostResource::id, "new")));
  const auto rest = readState(*withoutAddresses(kState, *lost));
  ASSERT_EQ(rest->instances.size(), 1u);
  EXPECT_EQ(rest->instances[0].address, "x_disk.home");
}

TEST(Rescue, hasNothingToDoAfterAnOrderlyEnd) {
  EXPECT_TRUE(lostResources(completed("x_disk.home", "create", "d1"), kState)->empty());
  EXPECT_TRUE(lostResources("", "")->empty());
  EXPECT_EQ(*withoutAddresses("", {}), "");
}
