#include "core/base/Ipv6.h"

#include <gtest/gtest.h>

using namespace berth;

TEST(Ipv6, derivesTheAddressesOfAPeer) {
  const Uuid peer = *Uuid::parse("c2b1ad3e-6c9f-4f0a-9d3b-0a1b2c3d4e5f");
  EXPECT_EQ(tailnetAddress(peer).toString(), "fd7a:115c:a1e0:4f0a:9d3b:a1b:2c3d:4e5f");
  EXPECT_EQ(coderServiceAddress(peer).toString(), "fd60:627a:a42b:4f0a:9d3b:a1b:2c3d:4e5f");
}

TEST(Ipv6, parsesTextAndRefusesOther) {
  EXPECT_EQ(Ipv6::parse("::1")->toString(), "::1");
  EXPECT_FALSE(Ipv6::parse("127.0.0.1"));
  EXPECT_FALSE(Ipv6::parse("::1/128"));
  EXPECT_FALSE(Ipv6::fromBytes({}));
}
