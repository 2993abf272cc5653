#include "core/server/http/ApiError.h"

#include <boost/json.hpp>

#include "core/server/http/Json.h"

namespace berth::server {

namespace {

constexpr const char* kNotFoundMessage = "Resource not found or you do not have access to this resource";
constexpr const char* kInternalMessage = "An internal server error occurred.";

// The first letter large and a full stop at the end: our errors are phrases, the API's messages are sentences.
std::string toSentence(std::string text) {
  if (text.empty()) return text;
  if (text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  if (text.back() != '.' && text.back() != '!' && text.back() != '?') text += '.';
  return text;
}

}  // namespace

int statusOf(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::InvalidInput: return 400;
    case ErrorCode::NotFound: return 404;
    case ErrorCode::AlreadyExists: return 409;
    case ErrorCode::Conflict: return 409;
    case ErrorCode::PermissionDenied: return 403;
    case ErrorCode::Unauthenticated: return 401;
    case ErrorCode::LimitExceeded: return 413;
    case ErrorCode::Unavailable: return 503;
    case ErrorCode::Timeout: return 504;
    case ErrorCode::Cancelled: return 503;
    case ErrorCode::EndOfStream: return 502;
    case ErrorCode::ConnectionLost: return 502;
    case ErrorCode::ProtocolViolation: return 400;
    case ErrorCode::Unsupported: return 400;
    case ErrorCode::Internal: return 500;
  }
  return 500;
}

ApiError::ApiError(const Error& error) : status(statusOf(error.code())) {
  switch (error.code()) {
    case ErrorCode::NotFound: message = kNotFoundMessage; return;
    case ErrorCode::Internal:
      message = kInternalMessage;
      detail = error.message();
      return;
    default: message = toSentence(error.message());
  }
}

ApiError ApiError::notFound() { return {404, kNotFoundMessage}; }
ApiError ApiError::forbidden() {
  return {403, "Forbidden.",
          "You don't have permission to view this content. If you believe this is a mistake, please contact your "
          "administrator or try signing in with different credentials."};
}
ApiError ApiError::routeNotFound() { return {404, "Route not found."}; }
ApiError ApiError::invalidQuery(std::string field, std::string reason) {
  return {400, "Query parameters have invalid values.", {}, {{std::move(field), std::move(reason)}}};
}
ApiError ApiError::invalidField(std::string field, std::string reason) {
  return {400, "Validation failed.", {}, {{std::move(field), std::move(reason)}}};
}

http::Response render(const ApiError& error) {
  boost::json::object body{{"message", error.message}};
  if (!error.detail.empty()) body["detail"] = error.detail;
  if (!error.validations.empty()) {
    auto& list = body["validations"].emplace_array();
    for (const auto& [field, detail] : error.validations)
      list.push_back(boost::json::object{{"field", field}, {"detail", detail}});
  }
  return rawJsonResponse(error.status, boost::json::serialize(body));
}

http::Response messageResponse(int status, std::string_view message) {
  return render(ApiError(status, std::string(message)));
}

}  // namespace berth::server
