#include "core/rpc/DrpcFrame.h"

#include <gtest/gtest.h>

#include "tests/support/Vectors.h"

using namespace berth;
using namespace berth::rpc::drpc;

namespace {

std::string bytesOf(std::string_view name) {
  const auto bytes = test::hex(test::named(test::vectors().at("drpc"), name).at("bytes"));
  return std::string(asText(bytes));
}

Result<std::optional<Packet>> readOne(std::string_view bytes) {
  PacketReader reader;
  reader.feed(asBytes(bytes));
  return reader.next();
}

std::string encoded(std::uint64_t stream, std::uint64_t message, PacketKind kind, std::string_view body) {
  std::string out;
  appendPacket(out, stream, message, kind, body);
  return out;
}

}  // namespace

TEST(DrpcFrame, matchesTheVectorsBothWays) {
  const struct {
    std::string_view name;
    Packet packet;
  } rows[] = {
      {"Invoke Coordinate", {1, 1, PacketKind::Invoke, "/coder.tailnet.v2.Tailnet/Coordinate"}},
      {"Message AddTunnel as second packet",
       {1, 2, PacketKind::Message, std::string(asText(test::hex("1a120a10c2b1ad3e6c9f4f0a9d3b0a1b2c3d4e5f")))}},
      {"Message, empty", {1, 2, PacketKind::Message, ""}},
      {"CloseSend third", {1, 3, PacketKind::CloseSend, ""}},
      {"Close fourth", {1, 4, PacketKind::Close, ""}},
      {"Cancel, control flag set", {1, 3, PacketKind::Cancel, ""}},
      {"Error 12 Unimplemented", {1, 1, PacketKind::Error, encodeError({12, "Unimplemented"})}},
      {"Error 0, the stock answer to an unknown name",
       {1, 1, PacketKind::Error, encodeError({0, "protocol error: unknown rpc: \"/x/Y\""})}},
      {"InvokeMetadata k=v", {1, 1, PacketKind::InvokeMetadata, encodeMetadata({{"k", "v"}})}},
      {"stream id 300, message id 16384", {300, 16384, PacketKind::Message, "x"}},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const auto bytes = bytesOf(row.name);
    EXPECT_EQ(encoded(row.packet.streamId, row.packet.messageId, row.packet.kind, row.packet.body), bytes);
    const auto packet = readOne(bytes);
    ASSERT_TRUE(packet && *packet);
    EXPECT_EQ(**packet, row.packet);
  }
}

TEST(DrpcFrame, joinsFramesAndSkipsUnknownControlKinds) {
  const auto packet = readOne(bytesOf("unknown kind 32 with control flag, to be skipped") +
                              bytesOf("one message \"0123456789\" in two frames"));
  ASSERT_TRUE(packet && *packet);
  EXPECT_EQ((*packet)->body, "0123456789");
}

TEST(DrpcFrame, splitsAtSixtyFourKibibytes) {
  const std::string body(2 * kMaxFrameData + 1, 'b');
  const auto bytes = encoded(1, 2, PacketKind::Message, body);
  EXPECT_EQ(bytes.size(), body.size() + 2 * 6 + 4);
  EXPECT_EQ(static_cast<unsigned char>(bytes[0]), 0x04);
  const auto packet = readOne(bytes);
  ASSERT_TRUE(packet && *packet);
  EXPECT_EQ((*packet)->body, body);
  EXPECT_EQ(encoded(1, 2, PacketKind::Message, std::string(kMaxFrameData, 'b')).size(), kMaxFrameData + 6);
}

TEST(DrpcFrame, takesPiecesOfAnySize) {
  const auto bytes =
      bytesOf("Invoke Coordinate") + bytesOf("Message AddTunnel as second packet") + bytesOf("CloseSend third");
  for (std::size_t step = 1; step < bytes.size(); ++step) {
    PacketReader reader;
    std::vector<PacketKind> kinds;
    for (std::size_t i = 0; i < bytes.size(); i += step) {
      reader.feed(asBytes(std::string_view(bytes).substr(i, step)));
      while (true) {
        const auto packet = reader.next();
        ASSERT_TRUE(packet);
        if (!*packet) break;
        kinds.push_back((*packet)->kind);
      }
    }
    EXPECT_EQ(kinds, (std::vector{PacketKind::Invoke, PacketKind::Message, PacketKind::CloseSend})) << step;
  }
}

TEST(DrpcFrame, takesFourMebibytesAndNotAByteMore) {
  const auto whole = readOne(encoded(1, 2, PacketKind::Message, std::string(kMaxPacket, 'm')));
  ASSERT_TRUE(whole && *whole);
  EXPECT_EQ((*whole)->body.size(), kMaxPacket);
  EXPECT_EQ(readOne(encoded(1, 2, PacketKind::Message, std::string(kMaxPacket + 1, 'm'))).error().code(),
            ErrorCode::LimitExceeded);
}

TEST(DrpcFrame, refusesALengthOverTheLimitBeforeItsBytesArrive) {
  EXPECT_EQ(readOne(std::string("\x05\x01\x02\xff\xff\xff\x7f", 7)).error().code(), ErrorCode::LimitExceeded);
}

TEST(DrpcFrame, refusesWhatTheFormatForbids) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {"stream id 0", "05000100"},
      {"message id 0", "05010000"},
      {"unknown kind without control bit", "41010300"},
      {"message id going backwards", "0501020005010100"},
      {"the same message id again", "0501020005010200"},
      {"stream id going backwards", "0502010005010200"},
      {"kind changing within a packet",
       "0401020162"
       "0d01020162"},
      {"varint over 64 bits", "05ffffffffffffffffffff0100"},
  };
  for (const auto& [name, hex] : cases) {
    PacketReader reader;
    reader.feed(test::hex(hex));
    Result<std::optional<Packet>> last = std::nullopt;
    for (int i = 0; i < 3 && last; ++i) last = reader.next();
    ASSERT_FALSE(last) << name;
    EXPECT_EQ(last.error().code(), ErrorCode::ProtocolViolation) << name;
  }
}

TEST(DrpcFrame, waitsForMoreAtEveryTruncation) {
  const auto bytes = bytesOf("stream id 300, message id 16384");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto packet = readOne(std::string_view(bytes).substr(0, size));
    ASSERT_TRUE(packet);
    EXPECT_FALSE(*packet) << size;
  }
}

TEST(DrpcError, keepsCodeAndText) {
  EXPECT_EQ(parseError(encodeError({12, "Unimplemented"})), (RemoteError{12, "Unimplemented"}));
  EXPECT_EQ(parseError("short").code, 0U);
  EXPECT_NE(parseError("short").text.find("invalid error data"), std::string::npos);
}

TEST(DrpcMetadata, roundTripsAndRefusesBrokenBytes) {
  const Metadata metadata{{"k", "v"}, {"", ""}, {"drpc", std::string(300, 'z')}};
  EXPECT_EQ(parseMetadata(encodeMetadata(metadata)), metadata);
  const auto bytes = encodeMetadata(metadata);
  EXPECT_FALSE(parseMetadata(std::string_view(bytes).substr(0, bytes.size() - 1)));
  EXPECT_FALSE(parseMetadata("\x08\x01"));
}
