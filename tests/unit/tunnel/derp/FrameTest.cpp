#include "tunnel/derp/Frame.h"

#include "DerpFixtures.h"

using namespace berth;
using namespace berth::tunnel;
using namespace berth::tunnel::derp;
using namespace berth::tunnel::derp::test;

namespace {

void feed(FrameDecoder& decoder, ByteView bytes) {
  while (!bytes.empty()) {
    const ByteSpan room = decoder.room();
    const std::size_t count = std::min(room.size(), bytes.size());
    std::copy_n(bytes.begin(), count, room.begin());
    decoder.filled(count);
    bytes = bytes.subspan(count);
  }
}

Bytes frame(FrameType type, std::string_view head, std::string_view body = {}) {
  Bytes out;
  appendFrame(out, type, hex(head), hex(body));
  return out;
}

}  // namespace

TEST(Frame, matchesTheVectors) {
  const std::string b = toHex(nodePublic("B").bytes());
  const std::string a = toHex(nodePublic("A").bytes());
  EXPECT_EQ(frame(FrameType::SendPacket, b, "deadbeef"), vectorFrame("SendPacket to B, deadbeef"));
  EXPECT_EQ(frame(FrameType::RecvPacket, a, "deadbeef"), vectorFrame("RecvPacket from A, deadbeef"));
  EXPECT_EQ(frame(FrameType::KeepAlive, ""), vectorFrame("KeepAlive"));
  EXPECT_EQ(frame(FrameType::NotePreferred, "01"), vectorFrame("NotePreferred 1"));
  EXPECT_EQ(frame(FrameType::PeerGone, b, "00"), vectorFrame("PeerGone B, disconnected"));
  EXPECT_EQ(frame(FrameType::PeerGone, b, "01"), vectorFrame("PeerGone B, not here"));
  EXPECT_EQ(frame(FrameType::Ping, "0001020304050607"), vectorFrame("Ping 00..07"));
  EXPECT_EQ(frame(FrameType::Pong, "0001020304050607"), vectorFrame("Pong 00..07"));
}

TEST(FrameDecoder, takesBytesInAnyPieces) {
  Bytes all;
  for (const auto& vector : vectors().at("derp").at("frames").as_array())
    for (const std::byte b : hex(vector.at("bytes"))) all.push_back(b);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, all.size()}) {
    FrameDecoder decoder(kMaxFrameAtClient);
    Bytes again;
    for (std::size_t at = 0; at < all.size(); at += piece) {
      feed(decoder, ByteView(all).subspan(at, std::min(piece, all.size() - at)));
      while (true) {
        const auto next = decoder.next();
        ASSERT_TRUE(next);
        if (!*next) break;
        appendFrame(again, (*next)->type, (*next)->payload);
      }
    }
    EXPECT_EQ(again, all) << piece;
  }
}

TEST(FrameDecoder, refusesMoreThanItsLimitBeforeItComes) {
  FrameDecoder decoder(100);
  feed(decoder, hex("0400000065"));
  EXPECT_EQ(decoder.next().error().code(), ErrorCode::LimitExceeded);
  EXPECT_FALSE(decoder.next());
  FrameDecoder generous(100);
  feed(generous, hex("0400000064"));
  EXPECT_EQ(generous.next()->has_value(), false);
}

TEST(FrameDecoder, makesRoomForBigFramesAndManySmallOnes) {
  FrameDecoder decoder(kMaxFrameAtClient);
  Bytes big;
  appendFrame(big, FrameType::Health, Bytes(kMaxFrameAtClient, std::byte{'x'}));
  feed(decoder, big);
  const auto frame = decoder.next();
  ASSERT_TRUE(frame && *frame);
  EXPECT_EQ((*frame)->payload.size(), kMaxFrameAtClient);
  EXPECT_GE(decoder.room().size(), 16U << 10);
}
