#include "tunnel/wire/Box.h"

#include <gtest/gtest.h>

#include "tests/support/VectorKeys.h"

using namespace berth;
using namespace berth::tunnel::wire;

namespace {

NodePrivate privateKey(const char* name) { return test::vectorPrivate<NodePrivate>(name); }

}  // namespace

TEST(Box, opensWhatTheOtherEndSealed) {
  const auto a = privateKey("A");
  const auto b = privateKey("B");
  const auto atA = Box::make(a, b.publicKey());
  const auto atB = Box::make(b, a.publicKey());
  ASSERT_TRUE(atA && atB);
  const Box::Nonce nonce{};
  Bytes sealed = atA->seal(asBytes("hello"), nonce);
  EXPECT_EQ(sealed.size(), 5 + Box::kOverhead);
  EXPECT_EQ(atB->open(sealed, nonce), toBytes(asBytes("hello")));
  sealed.back() ^= std::byte{1};
  EXPECT_FALSE(atB->open(sealed, nonce));
  EXPECT_FALSE(atB->open(ByteView(sealed).first(15), nonce));
}

TEST(Box, refusesAKeyThatSharesNoSecret) { EXPECT_FALSE(Box::make(privateKey("A"), NodePublic())); }
