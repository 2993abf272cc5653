// An exchange without a connection: a request goes in, the answer is kept.
#pragma once

#include <optional>

#include "core/http/Server.h"

namespace berth::server {

class FakeExchange final : public http::Exchange {
 public:
  explicit FakeExchange(http::Request request) : m_request(std::move(request)) {}

  const http::Request& request() const override { return m_request; }
  std::string remoteAddress() const override { return "192.0.2.7"; }
  Task<Result<void>> respond(http::Response response) override {
    answer = std::move(response);
    co_return Result<void>();
  }
  Task<Result<std::unique_ptr<http::BodyWriter>>> respondStreaming(http::Response) override {
    co_return fail(ErrorCode::Unsupported, "streaming");
  }
  Task<Result<std::unique_ptr<http::WebSocket>>> acceptWebSocket(http::Headers) override {
    co_return fail(ErrorCode::Unsupported, "WebSocket");
  }
  Task<Result<std::unique_ptr<Stream>>> upgrade(http::Response, bool) override {
    co_return fail(ErrorCode::Unsupported, "upgrade");
  }

  std::optional<http::Response> answer;

 private:
  http::Request m_request;
};

inline http::Request get(std::string target) { return {"GET", std::move(target), {}, {}}; }

}  // namespace berth::server
