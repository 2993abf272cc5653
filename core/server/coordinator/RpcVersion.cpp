#include "core/server/coordinator/RpcVersion.h"

#include <charconv>
#include <format>

namespace berth::server {

namespace {

std::unexpected<ApiError> refused(std::string detail) {
  return apiFail(ApiError(400, "Unknown or unsupported API version", {}, {{"version", std::move(detail)}}));
}

std::optional<int> parseNumber(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

}  // namespace

std::string RpcVersion::toString() const { return std::format("{}.{}", major, minor); }

ApiResult<RpcVersion> parseRpcVersion(std::string_view text) {
  const auto dot = text.find('.');
  const auto major = parseNumber(text.substr(0, dot));
  const auto minor = dot == std::string_view::npos ? std::nullopt : parseNumber(text.substr(dot + 1));
  if (!major || !minor) return refused(std::format("invalid version string: {}", text));
  if (*major > kRpcMajor)
    return refused(std::format("server is at version {}.{}, behind requested major version {}.{}", kRpcMajor, kRpcMinor,
                               *major, *minor));
  if (*major < kRpcMajor) return refused(std::format("version {}.{} is no longer supported", *major, *minor));
  if (*minor > kRpcMinor)
    return refused(std::format("server is at version {}.{}, behind requested minor version {}.{}", kRpcMajor, kRpcMinor,
                               *major, *minor));
  return RpcVersion{*major, *minor};
}

}  // namespace berth::server
