#include "tunnel/link/Interfaces.h"

#include <gtest/gtest.h>

using namespace berth;
using namespace berth::tunnel;
using namespace berth::tunnel::link;

namespace {

Ipv6 v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) { return wire::mappedV4({a, b, c, d}); }
Ipv6 v6(const char* text) { return *Ipv6::parse(text); }

}  // namespace

TEST(Interfaces, leavesOutWhatNoPeerCouldUse) {
  EXPECT_EQ(worthTelling({v6("2001:db8::7"), v4(127, 0, 0, 1), v6("::1"), v6("fe80::1"), v4(192, 168, 1, 5),
                          v4(169, 254, 3, 4), v6("fd60:627a:a42b::53"), v6("fd7a:115c:a1e0::9")}),
            (std::vector{v4(192, 168, 1, 5), v6("2001:db8::7")}));
}

TEST(Interfaces, tellsLoopbackWhenThereIsNothingElse) {
  EXPECT_EQ(worthTelling({v6("fe80::1"), v4(127, 0, 0, 1)}), std::vector{v4(127, 0, 0, 1)});
}

TEST(Interfaces, tellsEachOnceAndNotWithoutLimit) {
  std::vector<Ipv6> many(3, v4(10, 0, 0, 1));
  for (unsigned i = 0; i < 2 * kMaxLocalAddresses; ++i) many.push_back(v4(10, 1, 0, static_cast<std::uint8_t>(i)));
  EXPECT_EQ(worthTelling(many).size(), kMaxLocalAddresses);
  EXPECT_EQ(worthTelling(std::vector(3, v4(10, 0, 0, 1))).size(), 1U);
}

TEST(Interfaces, thisMachineHasSome) { EXPECT_FALSE(localAddresses().empty()); }
