#include "core/http/detail/MessageReader.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace berth::http::detail {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kHeaderLimit = 1024;

// A reader at one end of a pair in memory; what the test writes to the other end is what arrives.
class MessageReaderTest : public testing::Test {
 protected:
  void arrive(std::string text, bool ends = true) {
    asio::co_spawn(m_io, send(*m_pair.first, std::move(text), ends), asio::detached);
  }
  template <typename T>
  T run(Task<T> task) {
    std::optional<T> result;
    asio::co_spawn(m_io, std::move(task), [&result](const std::exception_ptr&, T value) { result = std::move(value); });
    m_io.restart();
    m_io.run();
    return std::move(*result);
  }
  Result<Request> requestFrom(std::string text, bool ends = true) {
    arrive(std::move(text), ends);
    return run(m_reader.readRequestHead(kHeaderLimit, 50ms));
  }
  Result<std::string> body(std::size_t limit = 1000) {
    std::string text;
    const auto read = run(m_reader.readBody(limit, 50ms, collectInto(text)));
    return read ? Result<std::string>(text) : fail(read.error());
  }

 private:
  static Task<void> send(Stream& stream, std::string text, bool ends) {
    co_await stream.write(asBytes(text));
    if (ends) co_await stream.closeWrite();
  }

  asio::io_context m_io;
  StreamPair m_pair = makeStreamPair(m_io.get_executor());

 protected:
  MessageReader m_reader{std::shared_ptr<Stream>(std::move(m_pair.second))};
};

TEST_F(MessageReaderTest, readsARequestWithLength) {
  const auto request = requestFrom("POST /x?y HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhelloREST");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->method, "POST");
  EXPECT_EQ(request->target, "/x?y");
  EXPECT_EQ(request->headers.find("host"), "h");
  EXPECT_EQ(body(), "hello");
  EXPECT_EQ(asText(m_reader.takeRest()), "REST");
}

TEST_F(MessageReaderTest, joinsChunks) {
  ASSERT_TRUE(
      requestFrom("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: 1\r\n\r\n"));
  EXPECT_EQ(body(), "abcde");
}

TEST_F(MessageReaderTest, readsOneRequestAfterTheOther) {
  EXPECT_EQ(requestFrom("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n")->target, "/1");
  EXPECT_EQ(body(), "");
  EXPECT_EQ(requestFrom("")->target, "/2");
}

TEST_F(MessageReaderTest, refusesBodiesOverTheLimit) {
  ASSERT_TRUE(requestFrom("POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\nhello world"));
  EXPECT_EQ(body(10).error().code(), ErrorCode::LimitExceeded);
}

TEST_F(MessageReaderTest, refusesChunksOverTheLimit) {
  ASSERT_TRUE(requestFrom("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n"));
  EXPECT_EQ(body(10).error().code(), ErrorCode::LimitExceeded);
}

TEST_F(MessageReaderTest, tellsATruncatedHeadAndBody) {
  EXPECT_EQ(requestFrom("GET / HT").error().code(), ErrorCode::ConnectionLost);
}

TEST_F(MessageReaderTest, tellsATruncatedBody) {
  ASSERT_TRUE(requestFrom("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhel"));
  EXPECT_EQ(body().error().code(), ErrorCode::ConnectionLost);
}

TEST_F(MessageReaderTest, tellsTheEndBetweenMessages) {
  EXPECT_EQ(requestFrom("").error().code(), ErrorCode::EndOfStream);
}

TEST_F(MessageReaderTest, refusesLongHeads) {
  EXPECT_EQ(requestFrom("GET / HTTP/1.1\r\nX: " + std::string(kHeaderLimit, 'x') + "\r\n\r\n").error().code(),
            ErrorCode::LimitExceeded);
}

TEST_F(MessageReaderTest, doesNotWaitForSlowHeads) {
  EXPECT_EQ(requestFrom("GET / HTTP/1.1\r\n", false).error().code(), ErrorCode::Timeout);
}

class MalformedHead : public MessageReaderTest, public testing::WithParamInterface<const char*> {};

TEST_P(MalformedHead, isAProtocolViolation) {
  const auto request = requestFrom(GetParam());
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().code(), ErrorCode::ProtocolViolation);
}

INSTANTIATE_TEST_SUITE_P(All, MalformedHead,
                         testing::Values("\x16\x03\x01 tls\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/2.0\r\n\r\n",
                                         "GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET / HTTP/1.1\r\n: x\r\n\r\n",
                                         "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
                                         "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                                         "POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
                                         "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n"));

TEST_F(MessageReaderTest, skipsInterimResponses) {
  arrive("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok");
  const auto response = run(m_reader.readResponseHead(kHeaderLimit, 50ms, false));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 201);
  EXPECT_EQ(body(), "ok");
}

TEST_F(MessageReaderTest, readsAResponseUntilTheEnd) {
  arrive("HTTP/1.0 200 OK\r\n\r\nall of it");
  ASSERT_TRUE(run(m_reader.readResponseHead(kHeaderLimit, 50ms, false)));
  EXPECT_EQ(body(), "all of it");
}

TEST_F(MessageReaderTest, expectsNoBodyBehindHead) {
  arrive("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
  ASSERT_TRUE(run(m_reader.readResponseHead(kHeaderLimit, 50ms, true)));
  EXPECT_EQ(body(), "");
}

TEST_F(MessageReaderTest, keepsWhatComesBehindAnUpgrade) {
  arrive("HTTP/1.1 101 Switching Protocols\r\nUpgrade: DERP\r\nConnection: Upgrade\r\n\r\nDERPDERP");
  ASSERT_EQ(run(m_reader.readResponseHead(kHeaderLimit, 50ms, false))->status, 101);
  EXPECT_EQ(asText(m_reader.takeRest()), "DERPDERP");
}

}  // namespace
}  // namespace berth::http::detail
