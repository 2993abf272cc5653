#include "tunnel/coordination/ControlDialer.h"

#include <boost/json.hpp>

namespace berth::tunnel::coordination {

namespace {

// reference/tailnet.md 4.3
ErrorCode codeOf(int status) {
  switch (status) {
    case 400: return ErrorCode::InvalidInput;
    case 401: return ErrorCode::Unauthenticated;
    case 403: return ErrorCode::PermissionDenied;
    case 404: return ErrorCode::NotFound;
    case 409: return ErrorCode::Conflict;
    case 500: return ErrorCode::Internal;
    default: return ErrorCode::Unavailable;
  }
}

std::string textOf(const boost::json::object& body, std::string_view key) {
  const auto* value = body.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

// The server's own words: {message, detail, validations}.
Error errorOf(const http::Response& refusal) {
  boost::system::error_code error;
  const auto body = boost::json::parse(refusal.body, error);
  std::string text = std::format("the server refuses the tailnet connection with status {}", refusal.status);
  if (!error && body.is_object()) {
    for (const char* key : {"message", "detail"})
      if (const std::string part = textOf(body.get_object(), key); !part.empty()) text += ": " + part;
  }
  return {codeOf(refusal.status), std::move(text)};
}

class HttpControlDialer final : public ControlDialer {
 public:
  HttpControlDialer(std::shared_ptr<http::Client> client, std::string target)
      : m_client(std::move(client)), m_target(std::move(target)) {}

  Task<Result<std::unique_ptr<Stream>>> dial(std::string resumeToken) override {
    http::Request request;
    request.target = m_target;
    if (!resumeToken.empty())
      request.target +=
          (m_target.contains('?') ? "&resume_token=" : "?resume_token=") + http::percentEncode(resumeToken);
    http::Response refusal;
    refusal.status = 0;
    auto socket = co_await m_client->openWebSocket(std::move(request), &refusal);
    if (socket) co_return http::asStream(std::move(*socket));
    if (refusal.status != 0) co_return fail(errorOf(refusal));
    co_return fail(socket.error().in("connect to the tailnet"));
  }

 private:
  std::shared_ptr<http::Client> m_client;
  std::string m_target;
};

}  // namespace

std::unique_ptr<ControlDialer> makeControlDialer(std::shared_ptr<http::Client> client, std::string target) {
  return std::make_unique<HttpControlDialer>(std::move(client), std::move(target));
}

}  // namespace berth::tunnel::coordination
