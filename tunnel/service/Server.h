// The app's side of the tunnel service: takes requests of this user's programs and hands them to a Backend. All on one
// executor.
#pragma once

#include <filesystem>
#include <memory>

#include "core/base/Stream.h"
#include "tunnel/service/Message.h"

namespace berth::tunnel::service {

// Whose tunnels they are. Errors go to the caller as they are; NotFound for a deployment that is not among them.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual Task<Result<std::unique_ptr<Stream>>> dial(DialRequest request) = 0;
  virtual Task<Result<dialer::PingResult>> ping(PingRequest request) = 0;
};

struct ServerLimits {
  std::chrono::milliseconds requestTimeout{5'000};  // for a whole request to come in
  std::size_t connections = 1024;                   // at a time; more are turned away
};

class Server {
 public:
  // Makes the socket's directory (0700) where it is missing, and replaces the socket of a process that is gone.
  // Conflict while another process serves there; PermissionDenied when the directory is not this user's.
  static Result<std::unique_ptr<Server>> start(asio::any_io_executor executor, std::filesystem::path path,
                                               std::shared_ptr<Backend> backend, ServerLimits limits = {});
  ~Server();  // stop()
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // First the socket goes, then all connections end. May be called twice.
  void stop() noexcept;

 private:
  class Impl;
  explicit Server(std::shared_ptr<Impl> impl) : m_impl(std::move(impl)) {}
  std::shared_ptr<Impl> m_impl;
};

}  // namespace berth::tunnel::service
