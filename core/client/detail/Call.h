// The templates behind Session's methods; for this folder's .cpp files.
#pragma once

#include "core/client/Session.h"

namespace berth::client {

template <typename T>
Task<Result<T>> Session::ask(std::string method, std::string target, std::string body) {
  http::Request request{.method = std::move(method), .target = std::move(target), .body = std::move(body)};
  if (!request.body.empty()) request.headers.set("Content-Type", "application/json");
  const std::string path(request.path());
  auto response = co_await call(std::move(request));
  if (!response) co_return fail(std::move(response).error());
  auto parsed = api::fromJson<T>(response->body);
  if (!parsed) co_return fail(parsed.error().in("answer of " + path));
  co_return std::move(*parsed);
}

}  // namespace berth::client
