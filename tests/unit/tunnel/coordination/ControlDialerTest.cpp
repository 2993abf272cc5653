#include "tunnel/coordination/ControlDialer.h"

#include <gtest/gtest.h>

using namespace berth;
using namespace berth::tunnel::coordination;

namespace {

// Refuses every WebSocket in the same way.
class RefusingClient final : public http::Client {
 public:
  RefusingClient(int status, std::string body) : m_refusal{status, {}, std::move(body)} {}

  Task<Result<http::Response>> send(http::Request) override { co_return m_refusal; }
  Task<Result<http::Response>> sendStreaming(http::Request, std::function<Result<void>(ByteView)>) override {
    co_return m_refusal;
  }
  Task<Result<std::unique_ptr<http::WebSocket>>> openWebSocket(http::Request request, http::Response* out) override {
    target = request.target;
    if (m_refusal.status != 0) *out = m_refusal;
    co_return fail(ErrorCode::Unavailable, "no socket");
  }
  Task<Result<http::Upgraded>> upgrade(http::Request, http::Response*) override {
    co_return fail(ErrorCode::Unavailable, "no upgrade");
  }
  const http::Url& origin() const override { return m_origin; }

  std::string target;

 private:
  http::Response m_refusal;
  http::Url m_origin;
};

struct Refusal {
  Error error;
  std::string target;
};
Refusal dial(int status, std::string body, std::string token = {}, std::string target = "/c?version=2.0") {
  asio::io_context io;
  auto client = std::make_shared<RefusingClient>(status, std::move(body));
  const auto dialer = makeControlDialer(client, std::move(target));
  std::optional<Error> error;
  asio::co_spawn(
      io,
      [](ControlDialer& to, std::string resume, std::optional<Error>& out) -> Task<void> {
        const auto stream = co_await to.dial(std::move(resume));
        if (!stream) out = stream.error();
      }(*dialer, std::move(token), error),
      asio::detached);
  io.run();
  return {error.value(), client->target};
}

}  // namespace

TEST(ControlDialer, namesTheServersReason) {
  const auto refusal = dial(400, R"({"message":"Unknown or unsupported API version","detail":"too new"})");
  EXPECT_EQ(refusal.error.code(), ErrorCode::InvalidInput);
  EXPECT_TRUE(refusal.error.message().ends_with("status 400: Unknown or unsupported API version: too new"));
}

TEST(ControlDialer, tellsWhatPassesFromWhatDoesNot) {
  EXPECT_EQ(dial(401, "{}").error.code(), ErrorCode::Unauthenticated);
  EXPECT_EQ(dial(403, "").error.code(), ErrorCode::PermissionDenied);
  EXPECT_EQ(dial(404, "not JSON").error.code(), ErrorCode::NotFound);
  EXPECT_EQ(dial(409, "[]").error.code(), ErrorCode::Conflict);
  EXPECT_EQ(dial(500, "{}").error.code(), ErrorCode::Internal);
  EXPECT_EQ(dial(502, "").error.code(), ErrorCode::Unavailable);
  EXPECT_EQ(dial(0, "").error.code(), ErrorCode::Unavailable);
}

TEST(ControlDialer, resumeTokenGoesIntoTheQuery) {
  EXPECT_EQ(dial(401, "").target, "/c?version=2.0");
  EXPECT_EQ(dial(401, "", "a+b").target, "/c?version=2.0&resume_token=a%2Bb");
  EXPECT_EQ(dial(401, "", "t", "/c").target, "/c?resume_token=t");
}
