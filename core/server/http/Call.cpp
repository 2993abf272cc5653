#include "core/server/http/Call.h"

#include <cassert>
#include <charconv>

namespace berth::server {

const std::string& Call::param(std::string_view name) const {
  for (const auto& [key, value] : params)
    if (key == name) return value;
  assert(false && "the route has no such parameter");
  static const std::string none;
  return none;
}

ApiResult<Uuid> Call::uuidParam(std::string_view name) const {
  const std::string& text = param(name);
  if (auto id = Uuid::parse(text)) return *id;
  return apiFail(400, std::format("Invalid UUID \"{}\".", text), "A UUID has 32 hexadecimal digits in five groups.");
}

bool Call::hasQuery(std::string_view name) const { return request().query(name).has_value(); }

std::string Call::queryOr(std::string_view name, std::string fallback) const {
  auto value = request().query(name);
  return value && !value->empty() ? *std::move(value) : std::move(fallback);
}

ApiResult<std::int64_t> Call::numberQuery(std::string_view name, std::int64_t fallback) const {
  const auto text = request().query(name);
  if (!text || text->empty()) return fallback;
  std::int64_t value = 0;
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, value);
  if (error != std::errc() || stop != end || value < 0)
    return apiFail(ApiError::invalidQuery(
        std::string(name),
        std::format("Query param \"{}\" must be a whole number of at least 0, not \"{}\"", name, *text)));
  return value;
}

ApiResult<bool> Call::boolQuery(std::string_view name, bool fallback) const {
  const auto text = request().query(name);
  if (!text || text->empty()) return fallback;
  if (*text == "true" || *text == "1" || *text == "t") return true;
  if (*text == "false" || *text == "0" || *text == "f") return false;
  return apiFail(ApiError::invalidQuery(
      std::string(name), std::format("Query param \"{}\" must be true or false, not \"{}\"", name, *text)));
}

}  // namespace berth::server
