// JSON answers from text that is JSON already.
#pragma once

#include <string>

#include "core/http/Message.h"

namespace berth::server {

inline constexpr const char* kJsonContentType = "application/json; charset=utf-8";

http::Response rawJsonResponse(int status, std::string json);
http::Response noContent();  // 204
http::Response textResponse(int status, std::string text, const char* contentType = "text/plain; charset=utf-8");

}  // namespace berth::server
