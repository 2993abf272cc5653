// From method and path to a route. The routes themselves stand in core/server/RouteTable.cpp.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/server/http/Call.h"

namespace berth::server {

// What the pipeline must know about the caller before the handler runs.
enum class Auth {
  None,          // not looked at
  User,          // an API key, else 401
  OptionalUser,  // an invalid key counts as no key
  Agent,         // an agent token, else 401
  UserOrAgent,   // either
};

// Answered says that the handler has dealt with the exchange itself: a stream, a WebSocket, an upgrade.
struct Answered {};
using Answer = ApiResult<std::variant<http::Response, Answered>>;
using HandlerFunction = Task<Answer> (*)(Call& call);

inline constexpr std::size_t kDefaultBodyLimit = 4U << 20;
inline constexpr int kDefaultRatePerMinute = 512;  // per user (or address) and path, reference/rest-api.md 1.12
inline constexpr int kLoginRatePerMinute = 60;
inline constexpr int kFileRatePerMinute = 12;

struct RouteOptions {
  std::size_t bodyLimit = kDefaultBodyLimit;
  int ratePerMinute = kDefaultRatePerMinute;  // 0: not limited
};

struct Route {
  std::string_view method;  // GET also serves HEAD where the handler's answer has no stream
  std::string_view path;    // "/api/v2/workspaces/{workspace}/builds"; a last segment "{rest...}" takes what is left
  Auth auth = Auth::User;
  HandlerFunction handler = nullptr;
  RouteOptions options = {};
};

// One slash between segments and none at the end: the same text for all that the router takes for the same path.
std::string cleanPath(std::string_view path);

class Router {
 public:
  explicit Router(std::span<const Route> routes);

  struct Match {
    const Route* route;
    PathParams params;
  };
  // By the request's encoded path: runs of slashes count as one, a slash at the end is tolerated. Literal segments
  // win over parameters.
  std::optional<Match> find(std::string_view method, std::string_view path) const;
  // Whether the path exists under another method (answered 405 outside /api, 404 inside as stock does).
  bool hasPath(std::string_view path) const;

 private:
  struct Entry {
    const Route* route;
    std::vector<std::string_view> segments;
  };
  std::vector<Entry> m_entries;
};

}  // namespace berth::server
