// The process around sftp::Server: standard input to standard output, blocking.
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/agent/sftp/Server.h"

namespace berth::agent::sftp {

namespace {

constexpr std::size_t kReadSize = 2 * kMaxPacket;
constexpr std::size_t kLengthSize = 4;

bool writeAll(int output, ByteView data) {
  while (!data.empty()) {
    const ssize_t count = ::write(output, data.data(), data.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    data = data.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

int run(int input, int output) {
  Server server;
  Bytes in(kReadSize);
  Bytes out;
  std::size_t filled = 0;
  while (true) {
    const ssize_t count = ::read(input, in.data() + filled, in.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count == 0 ? 0 : 1;
    filled += static_cast<std::size_t>(count);
    ByteView rest = ByteView(in).first(filled);
    while (rest.size() >= kLengthSize) {
      const std::size_t length = Reader(rest).readU32();
      if (length == 0 || length > kMaxPacket) return 1;
      if (rest.size() < kLengthSize + length) break;
      if (!server.answer(rest.subspan(kLengthSize, length), out)) return 1;
      rest = rest.subspan(kLengthSize + length);
      // Bounded memory: many reads may have come in at once.
      if (out.size() >= kMaxPacket) {
        if (!writeAll(output, out)) return 1;
        out.clear();
      }
    }
    if (!writeAll(output, out)) return 1;
    out.clear();
    filled = rest.size();
    std::memmove(in.data(), rest.data(), filled);
  }
}

}  // namespace berth::agent::sftp
