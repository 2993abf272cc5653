// One SSH session in a workspace, over a tunnel stream: libssh2 does the protocol, this feeds it (RFC 4254 6).
//
// The tunnel is authenticated and encrypted already, so there is no user name, no login ("none") and no host key check
// (reference/tailnet.md 3.4).
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/cli/RemoteForward.h"
#include "core/base/Stream.h"

namespace berth::cli {

class StandardStreams;

struct SshRequest {
  std::string command = {};  // empty for a login shell
  bool wantsTerminal = false;
  std::vector<std::pair<std::string, std::string>> environment = {};
  std::string agentSocket = {};  // of the local authentication agent, to be forwarded; empty for none
  std::vector<RemoteForward> remoteForwards = {};
};

// Runs until the remote end is done; the value is its exit code. ConnectionLost when there is none.
Task<Result<int>> runSsh(std::shared_ptr<Stream> stream, StandardStreams& local, SshRequest request);

}  // namespace berth::cli
