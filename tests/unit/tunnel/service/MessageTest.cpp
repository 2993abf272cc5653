#include "tunnel/service/Message.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

using namespace berth;
using namespace berth::tunnel;
using namespace berth::tunnel::service;
using namespace std::chrono_literals;

namespace {

const AgentId kAgent = *AgentId::parse("c2b1ad3e-6c9f-4f0a-9d3b-0a1b2c3d4e5f");
const DialRequest kDial{"https://dev.example.com", kAgent, 22};

Result<Request> parseWhole(ByteView message) {
  TRY_ASSIGN(const RequestHeader header,
             parseRequestHeader(message.first(std::min(message.size(), kRequestHeaderSize))));
  return parseRequest(header, message.subspan(kRequestHeaderSize));
}

}  // namespace

TEST(ServiceMessage, requestsComeBackAsTheyWere) {
  const PingRequest ping{"http://127.0.0.1:7080", kAgent, 1500ms};
  for (const Request& request : {Request(kDial), Request(ping)}) {
    const auto message = emit(request);
    ASSERT_TRUE(message);
    const auto parsed = parseWhole(*message);
    ASSERT_TRUE(parsed) << parsed.error().message();
    EXPECT_EQ(*parsed, request);
  }
}

TEST(ServiceMessage, hasTheBytesOfItsFormat) {
  EXPECT_EQ(toHex(*emit(DialRequest{"http://x", kAgent, 1})),
            "42525448"  // BRTH
            "01"        // version
            "01"        // dial
            "001a"      // 26 bytes follow
            "c2b1ad3e6c9f4f0a9d3b0a1b2c3d4e5f"
            "0001"               // port
            "687474703a2f2f78")  // http://x
  ;
  EXPECT_EQ(toHex(emitDone()), "000000");
  EXPECT_EQ(toHex(emitRefusal(Error(ErrorCode::NotFound, "no"))), "0200026e6f");
}

TEST(ServiceMessage, everyCutIsRefused) {
  const Bytes whole = *emit(DialRequest{"http://x", kAgent, 1});
  for (std::size_t size = 0; size < kRequestHeaderSize; ++size)
    EXPECT_FALSE(parseRequestHeader(ByteView(whole).first(size))) << size;
  const RequestHeader header = *parseRequestHeader(ByteView(whole).first(kRequestHeaderSize));
  const ByteView body = ByteView(whole).subspan(kRequestHeaderSize);
  constexpr std::size_t kBeforeDeployment = 18;
  for (std::size_t size = 0; size <= kBeforeDeployment; ++size)
    EXPECT_EQ(parseRequest(header, body.first(size)).error().code(), ErrorCode::ProtocolViolation) << size;
}

TEST(ServiceMessage, refusesWhatIsNoRequest) {
  Bytes message = *emit(kDial);
  message[0] = std::byte{'G'};
  EXPECT_EQ(parseWhole(message).error().code(), ErrorCode::ProtocolViolation);
  EXPECT_EQ(parseWhole(*emit(DialRequest{"http://x", kAgent, 0})).error().code(), ErrorCode::ProtocolViolation);
}

TEST(ServiceMessage, laterVersionsAndKindsAreUnsupported) {
  Bytes message = *emit(kDial);
  message[4] = std::byte{2};
  EXPECT_EQ(parseWhole(message).error().code(), ErrorCode::Unsupported);
  message[4] = std::byte{1};
  message[5] = std::byte{9};
  EXPECT_EQ(parseWhole(message).error().code(), ErrorCode::Unsupported);
}

TEST(ServiceMessage, lengthsHaveLimits) {
  EXPECT_EQ(emit(DialRequest{std::string(kMaxRequestBody, 'x'), kAgent, 1}).error().code(), ErrorCode::InvalidInput);
  Bytes header = *emit(kDial);
  header.resize(kRequestHeaderSize);
  header[6] = header[7] = std::byte{0xff};
  EXPECT_EQ(parseRequestHeader(header).error().code(), ErrorCode::LimitExceeded);
  EXPECT_FALSE(parseAnswerHeader(*parseHex("00ffff")));
  const Bytes refusal = emitRefusal(Error(ErrorCode::Internal, std::string(5000, 'x')));
  EXPECT_EQ(refusal.size(), kAnswerHeaderSize + kMaxAnswerBody);
  EXPECT_TRUE(parseAnswerHeader(ByteView(refusal).first(kAnswerHeaderSize)));
}

TEST(ServiceMessage, everyErrorCodeSurvives) {
  for (int i = 0; i <= static_cast<int>(ErrorCode::Internal); ++i) {
    const auto code = static_cast<ErrorCode>(i);
    const Bytes refusal = emitRefusal(Error(code, "why"));
    const auto header = parseAnswerHeader(ByteView(refusal).first(kAnswerHeaderSize));
    ASSERT_TRUE(header && !header->isDone());
    const Error parsed = parseRefusal(header->code, ByteView(refusal).subspan(kAnswerHeaderSize));
    EXPECT_EQ(parsed.code(), code);
    EXPECT_EQ(parsed.message(), "why");
  }
  EXPECT_EQ(parseRefusal(200, {}).code(), ErrorCode::Internal);
}

TEST(ServiceMessage, pongsComeBackAsTheyWere) {
  const dialer::PingResult direct{1234567ns, wire::Endpoint::parse("192.0.2.1:41641"), 999, "Berlin"};
  const dialer::PingResult relayed{41ms, std::nullopt, 3, ""};
  for (const auto& pong : {direct, relayed}) {
    const Bytes message = emitPong(pong);
    const auto parsed = parsePong(ByteView(message).subspan(kAnswerHeaderSize));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->roundTrip, pong.roundTrip);
    EXPECT_EQ(parsed->direct, pong.direct);
    EXPECT_EQ(parsed->region, pong.region);
    EXPECT_EQ(parsed->regionName, pong.regionName);
  }
  EXPECT_FALSE(parsePong(Bytes(29)));
}
