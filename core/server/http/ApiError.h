// The one error shape of the API and the one mapping from our errors to HTTP (reference/rest-api.md 1.4).
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/Error.h"
#include "core/http/Message.h"

namespace berth::server {

// What is wrong with one field of a request; `field` is its JSON or query name.
struct Validation {
  std::string field;
  std::string detail;
};

// What a handler fails with. Everything below it fails with berth::Error, which becomes one of these by itself:
// NotFound turns into the standard 404 (what may not be seen looks the same as what is not there).
struct ApiError {
  int status = 500;
  std::string message;  // a sentence for the user
  std::string detail;   // for developers; left out when empty
  std::vector<Validation> validations;

  ApiError(int statusCode, std::string text, std::string details = {}, std::vector<Validation> fields = {})
      : status(statusCode), message(std::move(text)), detail(std::move(details)), validations(std::move(fields)) {}
  ApiError(const Error& error);  // NOLINT(google-explicit-constructor): CO_TRY passes errors on

  static ApiError notFound();
  static ApiError forbidden();
  static ApiError routeNotFound();
  static ApiError invalidQuery(std::string field, std::string detail);
  // 400 "Validation failed." with one entry.
  static ApiError invalidField(std::string field, std::string detail);
};

template <typename T>
using ApiResult = std::expected<T, ApiError>;

[[nodiscard]] inline std::unexpected<ApiError> apiFail(int status, std::string message, std::string detail = {}) {
  return std::unexpected<ApiError>(std::in_place, status, std::move(message), std::move(detail));
}
[[nodiscard]] inline std::unexpected<ApiError> apiFail(ApiError error) {
  return std::unexpected<ApiError>(std::move(error));
}

// The HTTP status that stands for a kind of error.
int statusOf(ErrorCode code) noexcept;

// {"message", "detail"?, "validations"?}, also the body of answers that have nothing else to say.
http::Response render(const ApiError& error);
http::Response messageResponse(int status, std::string_view message);

}  // namespace berth::server
