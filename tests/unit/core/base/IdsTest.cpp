#include "core/base/Ids.h"

#include <gtest/gtest.h>

using namespace berth;

TEST(Uuid, parsesAndPrints) {
  const auto id = Uuid::parse("C2B1AD3E-6c9f-4f0a-9d3b-0a1b2c3d4e5f");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->toString(), "c2b1ad3e-6c9f-4f0a-9d3b-0a1b2c3d4e5f");
}

TEST(Uuid, refusesOtherForms) {
  for (const auto* text : {"", "c2b1ad3e6c9f4f0a9d3b0a1b2c3d4e5f", "c2b1ad3e-6c9f-4f0a-9d3b-0a1b2c3d4e5",
                           "c2b1ad3e-6c9f-4f0a-9d3b-0a1b2c3d4e5g", "c2b1ad3e-6c9f4-f0a-9d3b-0a1b2c3d4e5f"})
    EXPECT_FALSE(Uuid::parse(text)) << text;
}

TEST(Uuid, randomOnesAreVersionFourAndDiffer) {
  const Uuid a = Uuid::random();
  EXPECT_NE(a, Uuid::random());
  EXPECT_EQ(a.toString()[14], '4');
  EXPECT_TRUE(std::string_view("89ab").contains(a.toString()[19]));
}
