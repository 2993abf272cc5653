// Each packet of the input stands behind a byte with its length. The server works on real files, so names with a slash
// are left out and all happens two folders deep in a directory of its own.
#include "core/agent/sftp/Server.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

using namespace berth;

namespace {

bool enterSandbox() {
  std::string directory = (std::filesystem::temp_directory_path() / "berth-fuzz-sftp-XXXXXX").string();
  if (::mkdtemp(directory.data()) == nullptr) std::abort();
  const auto inner = std::filesystem::path(directory) / "inner";
  std::filesystem::create_directory(inner);
  std::filesystem::current_path(inner);
  const rlimit sizes{1U << 20, 1U << 20};
  ::setrlimit(RLIMIT_FSIZE, &sizes);
  ::signal(SIGXFSZ, SIG_IGN);
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  [[maybe_unused]] static const bool isInside = enterSandbox();
  ByteView rest = std::as_bytes(std::span(data, size));
  agent::sftp::Server server;
  Bytes out;
  while (!rest.empty()) {
    const auto length = std::min<std::size_t>(std::to_integer<std::size_t>(rest[0]), rest.size() - 1);
    const auto packet = rest.subspan(1, length);
    rest = rest.subspan(1 + length);
    out.clear();
    if (asText(packet).find('/') != std::string_view::npos) continue;
    if (!server.answer(packet, out)) break;
  }
  return 0;
}
