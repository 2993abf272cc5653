#include "app/cli/SshForwards.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <format>

#include "core/base/Tcp.h"
#include "core/base/Unix.h"

namespace berth::cli {

namespace {

constexpr const char* kRemoteHost = "127.0.0.1";
constexpr int kMaxWaiting = 16;  // connections that libssh2 keeps for us

using Report = std::function<void(const std::string&)>;

Task<void> joinPort(std::unique_ptr<Ssh2Channel> remote, RemoteForward forward, Report report) {
  auto local = co_await connectTcp(forward.localHost, forward.localPort);
  if (local)
    co_await pipe(*remote, **local);
  else
    report(std::format("A connection from the workspace was refused: {}", local.error().message()));
}

Task<void> joinAgent(std::unique_ptr<Ssh2Channel> remote, std::string path, Report report) {
  auto local = co_await connectUnix(path);
  if (local)
    co_await pipe(*remote, **local);
  else
    report(std::format("The SSH agent cannot be asked: {}", local.error().message()));
}

Task<void> acceptAll(std::shared_ptr<Ssh2Link> link, LIBSSH2_LISTENER* listener, RemoteForward forward, Report report) {
  while (true) {
    LIBSSH2_CHANNEL* handle = nullptr;
    const int accepted = co_await link->attempt([&]() -> int {
      handle = libssh2_channel_forward_accept(listener);
      return handle != nullptr ? 0 : libssh2_session_last_errno(link->session());
    });
    if (accepted != 0) co_return;
    asio::co_spawn(link->executor(), joinPort(std::make_unique<Ssh2Channel>(link, handle), forward, report),
                   asio::detached);
  }
}

}  // namespace

Task<Result<std::uint16_t>> forwardBack(std::shared_ptr<Ssh2Link> link, RemoteForward forward, Report report) {
  LIBSSH2_LISTENER* listener = nullptr;
  int port = 0;
  const int listening = co_await link->attempt([&]() -> int {
    listener = libssh2_channel_forward_listen_ex(link->session(), kRemoteHost, forward.remotePort, &port, kMaxWaiting);
    return listener != nullptr ? 0 : libssh2_session_last_errno(link->session());
  });
  if (listening != 0)
    co_return fail(ErrorCode::Unavailable,
                   std::format("the workspace does not listen on its port {} (taken there, or forwarding is blocked)",
                               forward.remotePort));
  asio::co_spawn(link->executor(), acceptAll(link, listener, forward, std::move(report)), asio::detached);
  co_return static_cast<std::uint16_t>(port);
}

Task<Result<void>> forwardAgent(Ssh2Channel& session, std::string path, Report report) {
  Ssh2Link& link = session.link();
  link.setOnAgentChannel([weak = link.weak_from_this(), path, report](LIBSSH2_CHANNEL* handle) {
    if (auto alive = weak.lock())
      asio::co_spawn(alive->executor(), joinAgent(std::make_unique<Ssh2Channel>(alive, handle), path, report),
                     asio::detached);
  });
  const int requested =
      co_await link.attempt([&session] { return libssh2_channel_request_auth_agent(session.handle()); });
  if (requested != 0) co_return fail(link.error("forward the SSH agent"));
  co_return Result<void>();
}

}  // namespace berth::cli
