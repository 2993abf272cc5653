#include <gmock/gmock.h>

#include "tests/integration/core/http/HttpFixture.h"

namespace berth::http {
namespace {

using testing::HasSubstr;

Task<void> echoMessages(Exchange& exchange) {
  auto socket = co_await exchange.acceptWebSocket({{"X-Coder-Build-Version", "v1"}});
  if (!socket) co_return;
  (*socket)->setReadLimit(1U << 20);
  while (true) {
    auto message = co_await (*socket)->read();
    if (!message) co_return;
    if (message->data == "close") co_return co_await (*socket)->close(CloseCode::GoingAway, std::string(200, 'r'));
    if (message->isText)
      co_await (*socket)->writeText(message->data);
    else
      co_await (*socket)->writeBinary(asBytes(message->data));
  }
}

class WebSocketTest : public HttpFixture {
 protected:
  std::unique_ptr<WebSocket> open() {
    auto socket = run(client()->openWebSocket({.target = "/ws?follow"}));
    if (!socket) throw std::runtime_error(socket.error().message());
    return std::move(*socket);
  }
};

TEST_F(WebSocketTest, carriesTextAndBinary) {
  serve(echoMessages);
  const auto socket = open();
  ASSERT_TRUE(run(socket->writeText("hello")));
  auto message = run(socket->read());
  ASSERT_TRUE(message) << message.error().message();
  EXPECT_TRUE(message->isText);
  EXPECT_EQ(message->data, "hello");

  const std::string large(700'000, '\xff');
  ASSERT_TRUE(run(socket->writeBinary(asBytes(large))));
  message = run(socket->read());
  ASSERT_TRUE(message) << message.error().message();
  EXPECT_FALSE(message->isText);
  EXPECT_EQ(message->data, large);
}

TEST_F(WebSocketTest, closesInGoodOrder) {
  serve(echoMessages);
  const auto socket = open();
  ASSERT_TRUE(run(socket->writeText("close")));
  const auto end = run(socket->read());
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().code(), ErrorCode::EndOfStream);
}

TEST_F(WebSocketTest, closesWhileAnotherCoroutineReads) {
  serve(echoMessages);
  const auto socket = open();
  std::optional<ErrorCode> ended;
  asio::co_spawn(
      io,
      [](WebSocket& reading, std::optional<ErrorCode>& code) -> Task<void> {
        code = (co_await reading.read()).error().code();
      }(*socket, ended),
      asio::detached);
  const auto start = std::chrono::steady_clock::now();
  run(socket->close(CloseCode::Normal, "done"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(500));
  while (!ended) io.run_one();
}

TEST_F(WebSocketTest, abortEndsPendingReads) {
  serve(echoMessages);
  const auto socket = open();
  std::optional<ErrorCode> ended;
  asio::co_spawn(
      io,
      [](WebSocket& reading, std::optional<ErrorCode>& code) -> Task<bool> {
        code = (co_await reading.read()).error().code();
        co_return true;
      }(*socket, ended),
      asio::detached);
  asio::post(io, [&socket] { socket->abort(); });
  while (!ended) io.run_one();
  EXPECT_EQ(ended, ErrorCode::Cancelled);
}

TEST_F(WebSocketTest, refusesMessagesOverTheLimit) {
  serve(echoMessages);
  const auto socket = open();
  const std::string tooLarge((1U << 20) + 1, 'x');
  run(socket->writeBinary(asBytes(tooLarge)));  // the server may have dropped the connection before all is written
  EXPECT_FALSE(run(socket->read()));
}

TEST_F(WebSocketTest, limitsWhatItReads) {
  serve(echoMessages);
  const auto socket = open();
  socket->setReadLimit(10);
  ASSERT_TRUE(run(socket->writeText("more than ten bytes")));
  const auto message = run(socket->read());
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().code(), ErrorCode::LimitExceeded);
}

TEST_F(WebSocketTest, givesTheRefusalToTheCaller) {
  serve([](Exchange& exchange) -> Task<void> {
    co_await exchange.respond({401, {{"Content-Type", "application/json"}}, R"({"message":"signed out"})"});
  });
  Response refusal;
  const auto socket = run(client()->openWebSocket({.target = "/ws"}, &refusal));
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error().code(), ErrorCode::Unavailable);
  EXPECT_EQ(refusal.status, 401);
  EXPECT_EQ(refusal.body, R"({"message":"signed out"})");
}

TEST_F(WebSocketTest, answersPlainRequestsWith426) {
  serve(echoMessages);
  EXPECT_EQ(run(client()->send({.target = "/ws"}))->status, 426);
}

TEST_F(WebSocketTest, sendsTheExtraFieldsAndDefaultHeaders) {
  serve([](Exchange& exchange) -> Task<void> {
    const std::string token(exchange.request().headers.find("Coder-Session-Token").value_or(""));
    auto socket = co_await exchange.acceptWebSocket();
    if (socket) co_await (*socket)->writeText(token);
  });
  const auto socket =
      run(client({.defaultHeaders = {{"Coder-Session-Token", "abc"}}})->openWebSocket({.target = "/ws"}));
  ASSERT_TRUE(socket);
  EXPECT_EQ(run((*socket)->read())->data, "abc");
}

TEST_F(WebSocketTest, isAByteStream) {
  serve([](Exchange& exchange) -> Task<void> {
    auto socket = co_await exchange.acceptWebSocket();
    if (!socket) co_return;
    const auto stream = asStream(std::move(*socket));
    Bytes input(6);
    if (co_await readExactly(*stream, input)) co_await stream->write(input);
  });
  const auto stream = asStream(open());
  ASSERT_TRUE(run(stream->write(asBytes("abc"))));
  ASSERT_TRUE(run(stream->write(asBytes("def"))));
  Bytes output(6);
  ASSERT_TRUE(run(readExactly(*stream, output)));
  EXPECT_EQ(asText(output), "abcdef");
}

TEST_F(WebSocketTest, aTextMessageEndsAByteStream) {
  serve([](Exchange& exchange) -> Task<void> {
    auto socket = co_await exchange.acceptWebSocket();
    if (socket) co_await (*socket)->writeText("text");
  });
  const auto stream = asStream(open());
  Bytes buffer(10);
  const auto read = run(stream->readSome(buffer));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code(), ErrorCode::ProtocolViolation);
}

TEST_F(WebSocketTest, takesFramesSentRightBehindTheHandshake) {
  serve(echoMessages);
  const std::string handshake =
      "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  // A masked text frame "hi" (mask 0), then a masked close frame.
  const std::string frames("\x81\x82\0\0\0\0hi\x88\x80\0\0\0\0", 14);
  const auto output = run(rawExchange(handshake + frames));
  EXPECT_THAT(output, HasSubstr("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));  // RFC 6455 1.3
  EXPECT_THAT(output, HasSubstr("\x81\x02hi"));
}

constexpr const char* kRawUpgrade =
    "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

TEST_F(WebSocketTest, closesAPeerThatAnswersNoPing) {
  serve(echoMessages, {.pingInterval = std::chrono::milliseconds(50)});
  const auto output = run(rawExchange(kRawUpgrade));
  EXPECT_THAT(output, HasSubstr("\x03\xe9liveness probe failed"));
}

TEST_F(WebSocketTest, givesUpOnAPeerThatNeverReads) {
  std::optional<ErrorCode> failure;
  serve(
      [&failure](Exchange& exchange) -> Task<void> {
        auto socket = co_await exchange.acceptWebSocket();
        if (!socket) co_return;
        const std::string message(1U << 20, 'x');
        while (!failure)
          if (const auto written = co_await (*socket)->writeText(message); !written) failure = written.error().code();
      },
      {.writeTimeout = std::chrono::milliseconds(100)});
  const auto silent = open();
  const auto end = std::chrono::steady_clock::now() + kTestLimit;
  while (!failure && io.run_one_until(end) > 0) continue;
  EXPECT_EQ(failure, ErrorCode::Timeout);
}

TEST_F(WebSocketTest, dropsMalformedFrames) {
  serve(echoMessages);
  const std::string handshake =
      "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  for (const std::string& frame : {std::string("\x81\x02hi", 4),        // not masked
                                   std::string("\x8f\x80\0\0\0\0", 6),  // unknown control frame
                                   std::string("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0", 14),  // enormous
                                   std::string("\x81\x82\0\0\0\0\xff\xfe", 8)})                          // not UTF-8
    EXPECT_THAT(run(rawExchange(handshake + frame, true)), HasSubstr("101 Switching Protocols"));
  EXPECT_TRUE(run(open()->writeText("still here")));
}

}  // namespace
}  // namespace berth::http
