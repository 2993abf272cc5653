#include "tunnel/wire/Address.h"

#include <gtest/gtest.h>

#include "tests/support/Vectors.h"

using namespace berth;
using namespace berth::tunnel::wire;
using berth::test::vectors;

TEST(Address, derivationMatchesTheVectors) {
  for (const auto& entry : vectors().at("addresses").as_array()) {
    const auto id = Uuid::parse(std::string_view(entry.at("uuid").as_string()));
    ASSERT_TRUE(id);
    EXPECT_EQ(tailnetAddress(*id).toString(), test::text(entry.at("service_prefix")));
    EXPECT_EQ(coderServiceAddress(*id).toString(), test::text(entry.at("coder_prefix")));
    EXPECT_EQ(toHex(tailnetAddress(*id).bytes), test::text(entry.at("service_bytes")));
    EXPECT_EQ(nodeIdOf(*id), entry.at("node_id").as_int64());
    EXPECT_EQ(Ipv6::parse(test::text(entry.at("service_prefix"))), tailnetAddress(*id));
  }
}

TEST(Address, randomOnesLookLikeVersionFour) {
  test::FakeRng rng(Bytes(16, std::byte{0xff}));
  EXPECT_EQ(randomTailnetAddress(rng).toString(), "fd7a:115c:a1e0:4fff:bfff:ffff:ffff:ffff");
}

TEST(Address, hostPrefixIsExactlyOneAddress) {
  const auto address = Ipv6::parse("fd7a:115c:a1e0:4000:9000::1");
  ASSERT_TRUE(address);
  EXPECT_EQ(toHostPrefix(*address), "fd7a:115c:a1e0:4000:9000::1/128");
  EXPECT_EQ(parseHostPrefix("fd7a:115c:a1e0:4000:9000::1/128"), address);
  for (const char* bad : {"fd7a:115c:a1e0:4000:9000::1", "fd7a::1/64", "/128", "10.0.0.1/128", "fd7a::x/128", ""})
    EXPECT_FALSE(parseHostPrefix(bad)) << bad;
}

TEST(Endpoint, textFormsGoThereAndBack) {
  for (const char* text : {"192.0.2.1:41641", "[2001:db8::1]:41641", "[::1]:1", "127.3.3.40:999"}) {
    const auto endpoint = Endpoint::parse(text);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(endpoint->toString(), text);
  }
  EXPECT_EQ(relayEndpoint(999).toString(), "127.3.3.40:999");
}

TEST(Endpoint, refusesOtherTexts) {
  for (const char* bad : {"", ":1", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "2001:db8::1:1", "[]:1", "[::1]:-1",
                          "192.0.2.300:1", "host:1", "[192.0.2.1]:1"})
    EXPECT_FALSE(Endpoint::parse(bad)) << bad;
}

TEST(Address, kindsFollowTheirPrefixes) {
  struct Row {
    const char* endpoint;
    bool isLoopback;
    bool isPrivate;
    bool isInsideTailnet;
  };
  const Row rows[] = {
      {"127.3.3.40:1", true, false, false},
      {"[::1]:1", true, false, false},
      {"10.0.0.1:1", false, true, false},
      {"172.15.0.1:1", false, false, false},
      {"172.16.0.1:1", false, true, false},
      {"172.31.255.1:1", false, true, false},
      {"172.32.0.1:1", false, false, false},
      {"192.168.9.1:1", false, true, false},
      {"192.167.9.1:1", false, false, false},
      {"203.0.113.5:1", false, false, false},
      {"[fd12::1]:1", false, true, false},
      {"[fc00::1]:1", false, true, false},
      {"[2001:db8::1]:1", false, false, false},
      {"[fd7a:115c:a1e0::1]:1", false, true, true},
      {"[fd60:627a:a42b::53]:1", false, true, true},
  };
  for (const Row& row : rows) {
    const Ipv6 address = Endpoint::parse(row.endpoint)->address;
    EXPECT_EQ(isLoopback(address), row.isLoopback) << row.endpoint;
    EXPECT_EQ(isPrivate(address), row.isPrivate) << row.endpoint;
    EXPECT_EQ(isInsideTailnet(address), row.isInsideTailnet) << row.endpoint;
  }
}
