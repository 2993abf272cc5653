// How a workspace reaches its server: the same settings for the agent and for the helper commands that run in its
// sessions (reference/agent-and-ide.md 1.2).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/agent/Environment.h"
#include "core/base/Secret.h"
#include "core/base/Task.h"
#include "core/http/Client.h"

namespace berth::agent {

struct ServerAccess {
  http::Url server;
  Secret token;
  http::Headers extraHeaders = {};
};

// `token` or, when it is empty, what `file` holds; without blanks around it. InvalidInput says what to set.
Result<Secret> readToken(const std::string& token, const std::string& file);

// Headers from "name=value" lines, and from those that `command` prints, if it is not empty.
Result<http::Headers> readHeaders(const std::vector<std::string>& lines, const std::string& command);

// From CODER_AGENT_URL, CODER_AGENT_TOKEN and CODER_AGENT_TOKEN_FILE, CODER_AGENT_HEADER and its _COMMAND.
Result<ServerAccess> readServerAccess(const Lookup& variable);

// Sends the token with each request.
std::shared_ptr<http::Client> makeServerClient(const asio::any_io_executor& executor, const ServerAccess& access);

// What an answer that is no success says about itself, for people: "status 403: Forbidden."
std::string refusalText(const http::Response& refusal);

}  // namespace berth::agent
