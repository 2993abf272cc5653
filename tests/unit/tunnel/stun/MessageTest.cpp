#include "tunnel/stun/Message.h"

#include <gtest/gtest.h>

#include "tests/support/Vectors.h"

using namespace berth;
using namespace berth::tunnel;
using namespace berth::tunnel::stun;
using berth::test::hex;
using berth::test::vectors;

namespace {

TransactionId firstTwelve() {
  TransactionId id;
  for (std::size_t i = 0; i < id.size(); ++i) id[i] = static_cast<std::byte>(i);
  return id;
}

// A response head with the length that its attributes have.
Bytes response(std::string_view attributes) {
  const std::string length = std::format("{:04x}", attributes.size() / 2);
  return hex("0101" + length + "2112a442000102030405060708090a0b" + std::string(attributes));
}

}  // namespace

TEST(Stun, requestsMatchTheVectors) {
  EXPECT_EQ(makeRequest(firstTwelve()), hex(vectors().at("stun").at("request_transaction_00_0b")));
  const Bytes stock = hex(vectors().at("stun").at("request_sent_by_a_stock_agent"));
  const auto id = parseRequest(stock);
  ASSERT_TRUE(id);
  EXPECT_EQ(makeRequest(*id), stock);
  EXPECT_TRUE(looksLikeStun(stock));
}

TEST(Stun, responsesMatchTheVectors) {
  for (const auto& vector : vectors().at("stun").at("responses").as_array()) {
    const auto parsed = parseResponse(hex(vector.at("bytes")));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->id, firstTwelve());
    EXPECT_EQ(parsed->address.port, vector.at("port").to_number<std::uint16_t>());
    EXPECT_TRUE(parsed->address.toString().contains(berth::test::text(vector.at("address"))));
    EXPECT_EQ(makeResponse(parsed->id, parsed->address), hex(vector.at("bytes")));
  }
}

TEST(Stun, fallsBackToThePlainAddressAndSkipsTheUnknown) {
  const auto plain = parseResponse(response("00010008000192e1cb007105"));
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->address.toString(), "203.0.113.5:37601");
  const auto both =
      parseResponse(response("7777000141000000"
                             "00010008000192e1cb007105"
                             "80200008000183bbea12d547"));
  ASSERT_TRUE(both);
  EXPECT_EQ(both->address.toString(), "203.0.113.5:41641");
}

TEST(Stun, refusesWhatIsIncomplete) {
  EXPECT_FALSE(parseResponse(response("")));
  EXPECT_FALSE(parseResponse(response("00200008000383bbea12d547")));  // no such family
  EXPECT_FALSE(parseResponse(response("00200004000183bb")));
  EXPECT_FALSE(parseResponse(response("0020000800")));
  const Bytes good = hex(vectors().at("stun").at("responses").at(0).at("bytes"));
  for (std::size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(parseResponse(ByteView(good).first(size)));
  EXPECT_FALSE(parseRequest(good));
  EXPECT_FALSE(parseResponse(makeRequest(firstTwelve())));
}

TEST(Stun, isToldFromTheOthersOnTheSameSocket) {
  EXPECT_FALSE(looksLikeStun(hex(vectors().at("wireguard").at("initiation"))));
  EXPECT_FALSE(looksLikeStun(hex("000100002112a442")));
  EXPECT_FALSE(looksLikeStun(hex("400100142112a442000102030405060708090a0b")));
}
