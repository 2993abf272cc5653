// What the git commands ask of the server, with the agent's token (reference/agent-and-ide.md 1.14).
#pragma once

#include <string>

#include "core/api/ExternalAuth.h"
#include "core/base/Secret.h"
#include "core/base/Task.h"
#include "core/http/Client.h"

namespace berth::agent::git {

struct OwnerKey {
  std::string publicKey;  // a line of authorized_keys
  Secret privateKey;      // OpenSSH's PEM form
};

struct ExternalAuthQuery {
  std::string match;        // the URL that git wants to reach
  std::string branch = {};  // these three tell the server what a chat works on; empty when unknown
  std::string remote = {};
  std::string chatId = {};
  bool listens = false;  // stay until the user has logged in
};

// The key pair of the workspace's owner.
Task<Result<OwnerKey>> fetchOwnerKey(http::Client& client);

// NotFound: the server has no provider for this URL.
Task<Result<api::AgentExternalAuth>> fetchExternalAuth(http::Client& client, const ExternalAuthQuery& query);

// Asks until the user has logged in at the URL that an earlier answer gave. Only a refusal ends it with an error.
Task<Result<api::AgentExternalAuth>> waitForExternalAuth(http::Client& client, ExternalAuthQuery query);

}  // namespace berth::agent::git
