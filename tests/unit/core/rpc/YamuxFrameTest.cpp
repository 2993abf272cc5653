#include "core/rpc/YamuxFrame.h"

#include <gtest/gtest.h>

#include "tests/support/Vectors.h"

using namespace berth;
using namespace berth::rpc::yamux;

namespace {

std::uint32_t number(const boost::json::object& entry, std::string_view key) {
  return static_cast<std::uint32_t>(entry.at(key).to_number<std::uint64_t>());
}

// All of a stream of frames, headers as text and bodies joined, when it arrives in pieces of `step` bytes.
std::vector<std::string> readInPieces(ByteView input, std::size_t step) {
  FrameReader reader;
  std::vector<std::string> items;
  std::string body;
  while (!input.empty()) {
    auto piece = input.first(std::min(step, input.size()));
    input = input.subspan(piece.size());
    while (true) {
      const auto item = reader.next(piece);
      if (!item || !*item) break;
      if (const auto* header = std::get_if<Header>(&**item)) {
        items.push_back(toString(*header));
      } else {
        body += asText(std::get<FrameReader::Body>(**item).bytes);
      }
    }
  }
  items.push_back(body);
  return items;
}

}  // namespace

TEST(YamuxFrame, matchesTheVectorsBothWays) {
  for (const auto& value : test::vectors().at("yamux").as_array()) {
    const auto& entry = value.as_object();
    const Bytes bytes = test::hex(entry.at("bytes"));
    const Header expected{.type = static_cast<FrameType>(number(entry, "type")),
                          .flags = static_cast<std::uint16_t>(number(entry, "flags")),
                          .streamId = number(entry, "stream"),
                          .length = number(entry, "length")};
    const auto parsed = parseHeader(ByteView(bytes).first<kHeaderSize>());
    ASSERT_TRUE(parsed) << test::text(entry.at("name"));
    EXPECT_EQ(*parsed, expected) << test::text(entry.at("name"));
    EXPECT_EQ(toHex(encode(expected)), toHex(ByteView(bytes).first(kHeaderSize))) << test::text(entry.at("name"));
  }
}

TEST(YamuxFrame, refusesOtherVersionsAndTypes) {
  for (const std::string_view bad :
       {"010000000000000100000000", "000400000000000100000000", "ff0000000000000000000000"})
    EXPECT_EQ(parseHeader(ByteView(test::hex(bad)).first<kHeaderSize>()).error().code(), ErrorCode::ProtocolViolation);
}

TEST(YamuxFrameReader, takesPiecesOfAnySize) {
  const Bytes input = test::hex(
      "000100010000000100000000"
      "00000000000000010000000568656c6c6f"
      "000000000000000100000000"
      "000000040000000100000003626f62"
      "000200010000000000000007");
  const auto whole = readInPieces(input, input.size());
  EXPECT_EQ(whole, (std::vector<std::string>{"window update SYN stream 1 length 0", "data stream 1 length 5",
                                             "data stream 1 length 0", "data FIN stream 1 length 3",
                                             "ping SYN stream 0 length 7", "hellobob"}));
  for (std::size_t step = 1; step < input.size(); ++step) EXPECT_EQ(readInPieces(input, step), whole) << step;
}
