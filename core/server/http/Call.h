// One API request on its way through the pipeline, as a handler sees it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/Ids.h"
#include "core/base/Secret.h"
#include "core/base/Task.h"
#include "core/http/Server.h"
#include "core/server/http/Actor.h"
#include "core/server/http/ApiError.h"
#include "core/server/http/Authorization.h"

namespace berth::server {

struct Services;  // core/server/Services.h

using PathParams = std::vector<std::pair<std::string_view, std::string>>;  // decoded values by {name}

// Lives in the pipeline's frame for as long as the handler runs.
struct Call {
  http::Exchange& exchange;
  Services& services;
  Uuid requestId;
  PathParams params;
  std::optional<Actor> actor;          // set on Auth::User routes, perhaps on the optional ones
  std::optional<AgentIdentity> agent;  // set on Auth::Agent routes, perhaps on Auth::UserOrAgent
  Secret token;                        // the credential that was presented, empty if none

  const http::Request& request() const { return exchange.request(); }

  // The path parameter {name}; asking for one that the route does not have is a defect.
  const std::string& param(std::string_view name) const;
  // The same as an id; a 400 `Invalid UUID "x".` otherwise. Case does not matter.
  ApiResult<Uuid> uuidParam(std::string_view name) const;
  template <typename IdType>
  ApiResult<IdType> idParam(std::string_view name) const {
    return uuidParam(name).transform([](const Uuid& id) { return IdType{id}; });
  }

  bool hasQuery(std::string_view name) const;  // "?follow" counts, whatever its value
  std::string queryOr(std::string_view name, std::string fallback) const;
  // A non-negative number below 2^63; absent or empty gives `fallback`, anything else is a 400 that names the field.
  ApiResult<std::int64_t> numberQuery(std::string_view name, std::int64_t fallback) const;
  ApiResult<bool> boolQuery(std::string_view name, bool fallback) const;

  // On Auth::User routes.
  const Actor& user() const { return *actor; }
  ApiResult<void> authorize(Action action, const Object& object) const {
    return server::authorize(*actor, action, object);
  }
};

}  // namespace berth::server
