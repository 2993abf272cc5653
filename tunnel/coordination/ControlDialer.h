// How a client gets its connection to the coordinator: the websocket of reference/tailnet.md 4.1, as a stream.
#pragma once

#include <memory>
#include <string>

#include "core/http/Client.h"

namespace berth::tunnel::coordination {

class ControlDialer {
 public:
  virtual ~ControlDialer() = default;

  // `resumeToken` may be empty. Errors: Unauthenticated for a token that the server does not take (try again without);
  // Unavailable, ConnectionLost, Timeout for what may pass; anything else will not pass.
  virtual Task<Result<std::unique_ptr<Stream>>> dial(std::string resumeToken) = 0;
};

// Over HTTP; `target` is path and query, with version and without resume_token, for example
// "/api/v2/workspaceagents/<id>/coordinate?version=2.0". The session token is among the client's default headers.
std::unique_ptr<ControlDialer> makeControlDialer(std::shared_ptr<http::Client> client, std::string target);

}  // namespace berth::tunnel::coordination
