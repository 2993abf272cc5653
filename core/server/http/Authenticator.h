// How the pipeline finds out who asks. Implemented by core/server/auth.
#pragma once

#include <string>

#include "core/base/Secret.h"
#include "core/base/Task.h"
#include "core/server/http/Actor.h"
#include "core/server/http/ApiError.h"

namespace berth::server {

// Called on the server's loop; tokens come as found in the request, of whatever shape. Failures are the 401 bodies of
// reference/rest-api.md 1.3 (a missing token is answered by the pipeline).
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  // Also does the bookkeeping of a use: last_used, sliding expiry, waking a dormant user.
  virtual Task<ApiResult<Actor>> authenticateUser(Secret token, std::string remoteAddress) = 0;
  virtual Task<ApiResult<AgentIdentity>> authenticateAgent(Secret token) = 0;
};

}  // namespace berth::server
