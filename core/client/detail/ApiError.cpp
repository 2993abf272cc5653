#include "core/client/detail/ApiError.h"

#include <format>

#include "core/api/Common.h"

namespace berth::client::detail {

namespace {

constexpr std::size_t kShownBody = 256;

ErrorCode codeOf(int status) {
  switch (status) {
    case 400:
    case 422: return ErrorCode::InvalidInput;
    case 401: return ErrorCode::Unauthenticated;
    case 403: return ErrorCode::PermissionDenied;
    case 404:
    case 410: return ErrorCode::NotFound;
    case 405:
    case 406:
    case 409:
    case 412:
    case 417:
    case 425: return ErrorCode::Conflict;
    case 408: return ErrorCode::Timeout;
    case 413:
    case 429: return ErrorCode::LimitExceeded;
    default: return status >= 500 ? ErrorCode::Unavailable : ErrorCode::ProtocolViolation;
  }
}

std::string describe(const api::Response& error) {
  std::string text = error.message;
  if (error.detail && !error.detail->empty()) text += std::format(" ({})", *error.detail);
  for (const auto& validation : error.validations.value_or(std::vector<api::ValidationError>()))
    text += std::format("\n  {}: {}", validation.field, validation.detail);
  return text;
}

}  // namespace

Error errorOf(const http::Response& response) {
  const ErrorCode code = codeOf(response.status);
  const auto body = api::fromJson<api::Response>(response.body);
  std::string text;
  if (body && !body->message.empty())
    text = describe(*body);
  else
    text = std::format("the server answered {}: {}", response.status,
                       response.body.empty() ? "(nothing)" : response.body.substr(0, kShownBody));
  return Error(code, std::move(text));
}

}  // namespace berth::client::detail
