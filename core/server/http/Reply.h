// Reading a request's body and making answers: one way in, one way out.
#pragma once

#include "core/api/Json.h"
#include "core/server/http/Call.h"
#include "core/server/http/Json.h"

namespace berth::server {

// The body as a T, or 400 "Request body must be valid JSON." with the reason. Unknown keys are ignored.
template <typename T>
ApiResult<T> readJson(const Call& call) {
  auto value = api::fromJson<T>(call.request().body);
  if (!value) return apiFail(400, "Request body must be valid JSON.", value.error().message());
  return *std::move(value);
}

template <typename T>
http::Response jsonResponse(int status, const T& value) {
  return rawJsonResponse(status, api::toJson(value));
}

}  // namespace berth::server
