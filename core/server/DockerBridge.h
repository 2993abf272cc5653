// The address under which containers reach this machine.
#pragma once

#include <optional>
#include <string>

namespace berth::server {

// The IPv4 address of Docker's default bridge, what `host-gateway` stands for; nothing without one.
std::optional<std::string> dockerBridgeAddress();

}  // namespace berth::server
