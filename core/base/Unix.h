// Unix stream sockets as Streams: connections between programs of one machine, where the kernel says whose program is
// at the other end.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>

#include "core/base/Stream.h"

namespace berth {

class UnixStream : public Stream {
 public:
  // The user that the other program runs as: who connected, or who listens.
  virtual uid_t peerUser() const noexcept = 0;

  // Until the other program has closed both directions, or this end is closed. A half-close is read as EndOfStream, and
  // looks the same to a reader.
  virtual Task<void> untilPeerGone() = 0;
};

class UnixListener : public StreamListener {
 public:
  virtual Task<Result<std::unique_ptr<UnixStream>>> acceptUnix() = 0;
};

// Unavailable when nobody listens there (any more), NotFound when there is no such socket.
Task<Result<std::unique_ptr<UnixStream>>> connectUnix(std::filesystem::path path);

// Only the owner may connect (mode 0600). AlreadyExists when there is such a file, in use or not: who knows that it is
// a leftover removes it before. Closing the listener removes it.
Result<std::unique_ptr<UnixListener>> listenUnix(const asio::any_io_executor& executor,
                                                 const std::filesystem::path& path);

}  // namespace berth
