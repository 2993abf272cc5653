#include "tunnel/wire/Reader.h"

#include <gtest/gtest.h>

#include "tests/support/Vectors.h"
#include "tunnel/wire/Writer.h"

using namespace berth;
using namespace berth::tunnel::wire;
using berth::test::hex;

TEST(Reader, namesByteOrder) {
  const Bytes data = hex("0102030405060708090a0b0c0d0e0f101112131415161718191a1b");
  Reader in(data);
  EXPECT_EQ(in.u8(), 0x01);
  EXPECT_EQ(in.u16be(), 0x0203);
  EXPECT_EQ(in.u32be(), 0x04050607U);
  EXPECT_EQ(in.u64be(), 0x08090a0b0c0d0e0fULL);
  EXPECT_EQ(in.u32le(), 0x13121110U);
  EXPECT_EQ(in.u64le(), 0x1b1a191817161514ULL);
  EXPECT_TRUE(in.isOk());
  EXPECT_TRUE(in.isAtEnd());
}

TEST(Reader, isDeadAfterAReadPastTheEnd) {
  const Bytes data = hex("010203");
  Reader in(data);
  EXPECT_EQ(in.u32be(), 0U);
  EXPECT_FALSE(in.isOk());
  EXPECT_EQ(in.u8(), 0);
  EXPECT_TRUE(in.rest().empty());
}

TEST(Writer, writesWhatReaderReads) {
  std::array<std::byte, 30> room{};
  Writer out(room);
  out.u8(1);
  out.u16be(0x0203);
  out.u32be(0x04050607);
  out.u64be(0x08090a0b0c0d0e0f);
  out.u32le(0x13121110);
  out.u64le(0x1b1a191817161514);
  out.zeros(1);
  out.bytes(hex("ff"));
  EXPECT_TRUE(out.isOk());
  EXPECT_EQ(toHex(out.written()), "0102030405060708090a0b0c0d0e0f101112131415161718191a1b00ff");
}

TEST(Writer, refusesWhatDoesNotFit) {
  std::array<std::byte, 3> room{};
  Writer out(room);
  out.u16be(1);
  out.u16be(2);
  EXPECT_FALSE(out.isOk());
  EXPECT_EQ(out.size(), 2U);
}
