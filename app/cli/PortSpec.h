// What --tcp and --udp of port-forward say (reference/agent-and-ide.md 7.2):
//
//   [local address:]local[-last local][:remote[-last remote]]
//
// 8080, 8080:3000, 9000-9002, 9000-9002:19000-19002, 127.0.0.2:8080:3000, [::1]:8080; several with commas between.
// Without an address a port is forwarded from 127.0.0.1 and, where that is possible, [::1].
#pragma once

#include <string>
#include <vector>

#include "core/base/Error.h"
#include "tunnel/dialer/PortForwarder.h"

namespace berth::cli {

using tunnel::dialer::PortForward;
using tunnel::dialer::Transport;

// In the order given, TCP first. InvalidInput, naming the spec, for one that cannot be read, for ranges of different
// length, and for a local port that is named twice.
Result<std::vector<PortForward>> parsePortSpecs(const std::vector<std::string>& tcp,
                                                const std::vector<std::string>& udp);

}  // namespace berth::cli
