#include "tunnel/service/SocketPath.h"

#include <unistd.h>

#include <cstdlib>
#include <string>

namespace berth::tunnel::service {

std::filesystem::path socketPath() {
  const char* named = std::getenv("XDG_RUNTIME_DIR");
  std::filesystem::path directory = named != nullptr ? named : "";
  if (directory.empty()) directory = "/run/user/" + std::to_string(::geteuid());
  std::error_code ignored;
  if (!directory.is_absolute() || !std::filesystem::is_directory(directory, ignored)) return {};
  return directory / "berth" / "tunnel.sock";
}

}  // namespace berth::tunnel::service
