#include "core/server/http/Json.h"

namespace berth::server {

http::Response textResponse(int status, std::string text, const char* contentType) {
  http::Response response;
  response.status = status;
  response.headers.set("Content-Type", contentType);
  response.body = std::move(text);
  return response;
}

http::Response rawJsonResponse(int status, std::string json) {
  json += '\n';
  return textResponse(status, std::move(json), kJsonContentType);
}

http::Response noContent() {
  http::Response response;
  response.status = 204;
  return response;
}

}  // namespace berth::server
