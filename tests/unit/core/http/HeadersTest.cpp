#include <gtest/gtest.h>

#include "core/http/Message.h"
#include "core/http/detail/HeadWriter.h"

namespace berth::http {
namespace {

TEST(Headers, compareNamesWithoutRegardToCase) {
  const Headers headers{{"Content-Type", "text/plain"}};
  EXPECT_EQ(headers.find("content-TYPE"), "text/plain");
  EXPECT_FALSE(headers.find("Content"));
}

TEST(Headers, setReplacesAllOfThatName) {
  Headers headers{{"Set-Cookie", "a"}, {"X", "1"}, {"set-cookie", "b"}};
  headers.set("SET-COOKIE", "c");
  EXPECT_EQ(headers.fields().size(), 2U);
  EXPECT_EQ(headers.find("Set-Cookie"), "c");
}

TEST(Request, splitsPathAndQuery) {
  const Request request{.target = "/api/v2/workspaces?q=owner%3Ame+name%3Ax&follow&limit=1"};
  EXPECT_EQ(request.path(), "/api/v2/workspaces");
  EXPECT_EQ(request.query("q"), "owner:me name:x");
  EXPECT_EQ(request.query("follow"), "");
  EXPECT_EQ(request.query("limit"), "1");
  EXPECT_FALSE(request.query("offset"));
  EXPECT_FALSE((Request{.target = "/x"}).query("q"));
}

TEST(Request, findsCookies) {
  Request request;
  request.headers.add("Cookie", "a=1; coder_session_token=abc-def; b=\"2\"");
  EXPECT_EQ(request.cookie("coder_session_token"), "abc-def");
  EXPECT_EQ(request.cookie("b"), "2");
  EXPECT_FALSE(request.cookie("c"));
}

TEST(PercentCoding, roundTripsEveryByte) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(percentDecode(percentEncode(all)), all);
  EXPECT_EQ(percentEncode("a b/ü~"), "a%20b%2F%C3%BC~");
  EXPECT_EQ(percentDecode("a+b"), "a+b");
  EXPECT_FALSE(percentDecode("%2"));
  EXPECT_FALSE(percentDecode("%zz"));
}

TEST(HeadWriter, refusesFieldsThatWouldAddLines) {
  EXPECT_FALSE(detail::responseHead({.headers = {{"Location", "/x\r\nSet-Cookie: a=b"}}}));
  EXPECT_FALSE(detail::responseHead({.headers = {{"Bad Name", "x"}}}));
  EXPECT_FALSE(detail::requestHead({.target = "/a b"}));
  EXPECT_FALSE(detail::requestHead({.target = "/a\r\nX: y"}));
}

TEST(HeadWriter, writesHeads) {
  EXPECT_EQ(detail::responseHead({.status = 404, .headers = {{"A", "b"}}}), "HTTP/1.1 404 Not Found\r\nA: b\r\n\r\n");
  EXPECT_EQ(detail::requestHead({.method = "PUT", .target = "/x"}), "PUT /x HTTP/1.1\r\n\r\n");
}

}  // namespace
}  // namespace berth::http
