// Where this user's tunnel service listens.
#pragma once

#include <filesystem>

namespace berth::tunnel::service {

// $XDG_RUNTIME_DIR/berth/tunnel.sock, with /run/user/<uid> where the variable is not set. Empty without either: there
// is no place that is safe then.
std::filesystem::path socketPath();

}  // namespace berth::tunnel::service
