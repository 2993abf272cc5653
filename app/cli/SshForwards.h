// What comes back over an SSH connection: ports of the workspace that lead here (RFC 4254 7.1), and questions to the
// authentication agent (auth-agent@openssh.com). Both go on in the background until the link is over.
#pragma once

#include <functional>

#include "app/cli/RemoteForward.h"
#include "app/cli/Ssh2Channel.h"

namespace berth::cli {

// The workspace listens once this returns; the value is its port. `report` gets what goes wrong later, in whole
// sentences.
Task<Result<std::uint16_t>> forwardBack(std::shared_ptr<Ssh2Link> link, RemoteForward forward,
                                        std::function<void(const std::string&)> report);

// Offers the agent at the Unix socket `path` to the program that `session` is going to run.
Task<Result<void>> forwardAgent(Ssh2Channel& session, std::string path, std::function<void(const std::string&)> report);

}  // namespace berth::cli
