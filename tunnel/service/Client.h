// The command line's side of the tunnel service: the running app's tunnel, if there is one.
#pragma once

#include <filesystem>
#include <memory>

#include "core/base/Stream.h"
#include "tunnel/service/Message.h"

namespace berth::tunnel::service {

class Client {
 public:
  explicit Client(std::filesystem::path path) : m_path(std::move(path)) {}

  // NotFound or Unavailable when no app runs, PermissionDenied when the listener is not this user's; else what the app
  // says, Timeout when it says nothing. Any error is a reason to use a tunnel of one's own. When the app ends while the
  // stream is in use, reads and writes say so with ConnectionLost.
  Task<Result<std::unique_ptr<Stream>>> dial(DialRequest request) const;
  Task<Result<dialer::PingResult>> ping(PingRequest request) const;

  // What the streams of this client have carried so far, in bytes.
  struct Carried {
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
  };
  const Carried& carried() const noexcept { return *m_carried; }

 private:
  std::filesystem::path m_path;  // empty: no service
  std::shared_ptr<Carried> m_carried = std::make_shared<Carried>();
};

}  // namespace berth::tunnel::service
