// The API version that a WebSocket asks for: ?version=MAJOR.MINOR (reference/tailnet.md 4.4).
#pragma once

#include <string>
#include <string_view>

#include "core/server/http/ApiError.h"

namespace berth::server {

inline constexpr int kRpcMajor = 2;
inline constexpr int kRpcMinor = 10;

struct RpcVersion {
  int major = kRpcMajor;
  int minor = 0;
  std::string toString() const;
  bool operator==(const RpcVersion&) const = default;
};

// 400 "Unknown or unsupported API version" with a validation of `version` for text of another shape, for other majors
// and for minors above ours.
ApiResult<RpcVersion> parseRpcVersion(std::string_view text);

}  // namespace berth::server
