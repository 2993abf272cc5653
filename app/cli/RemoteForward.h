// What -R of `berth ssh` says: a port of the workspace that leads back to this machine
// (reference/agent-and-ide.md 7.1).
#pragma once

#include <cstdint>
#include <string>

#include "core/base/Error.h"

namespace berth::cli {

struct RemoteForward {
  std::uint16_t remotePort = 0;  // on the workspace's loopback; 0: a free one
  std::string localHost = {};    // a name or an address, IPv6 without brackets
  std::uint16_t localPort = 0;

  bool operator==(const RemoteForward&) const = default;
};

// "8080:localhost:3000", "8080:[::1]:3000". InvalidInput otherwise; Unsupported for paths of Unix sockets.
Result<RemoteForward> parseRemoteForward(const std::string& text);

}  // namespace berth::cli
