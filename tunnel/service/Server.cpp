#include "tunnel/service/Server.h"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <format>
#include <set>

#include "core/base/Copy.h"
#include "core/base/FileLock.h"
#include "core/base/Log.h"
#include "core/base/StreamDeadline.h"
#include "core/base/Unix.h"

namespace berth::tunnel::service {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kAcceptPause{100};  // when descriptors have run out

// Ours alone, or an error.
Result<void> prepareDirectory(const fs::path& directory) {
  const std::string what = std::format("make the directory {}", directory.string());
  if (::mkdir(directory.c_str(), S_IRWXU) == 0) return {};
  if (errno != EEXIST) return fail(errnoError(errno, what));
  struct stat found{};
  if (::lstat(directory.c_str(), &found) != 0) return fail(errnoError(errno, what));
  if (!S_ISDIR(found.st_mode) || found.st_uid != ::geteuid())
    return fail(ErrorCode::PermissionDenied,
                std::format("{} is not a directory of this user: remove it, and start again", directory.string()));
  if (::chmod(directory.c_str(), S_IRWXU) != 0) return fail(errnoError(errno, what));
  return {};
}

Task<Result<Request>> receive(Stream& stream, std::chrono::milliseconds timeout) {
  const StreamDeadline deadline(stream, timeout);
  std::array<std::byte, kRequestHeaderSize> head{};
  CO_TRY(co_await readExactly(stream, head));
  CO_TRY_ASSIGN(const RequestHeader header, parseRequestHeader(head));
  Bytes body(header.bodySize);
  if (!body.empty()) CO_TRY(co_await readExactly(stream, body));
  co_return parseRequest(header, body);
}

// A caller that half-closes still wants what the agent says; one that is gone wants nothing any more.
Task<void> join(UnixStream& caller, Stream& agent) {
  using asio::experimental::awaitable_operators::operator&&;
  const auto up = [](UnixStream& from, Stream& to) -> Task<void> {
    if (co_await copyUntilEnd(from, to)) co_await from.untilPeerGone();
    to.close();
  };
  const auto down = [](Stream& from, Stream& to) -> Task<void> {
    if (!co_await copyUntilEnd(from, to)) to.close();
  };
  co_await (up(caller, agent) && down(agent, caller));
}

}  // namespace

class Server::Impl : public std::enable_shared_from_this<Server::Impl> {
 public:
  Impl(FileLock lock, std::unique_ptr<UnixListener> listener, std::shared_ptr<Backend> backend, ServerLimits limits)
      : m_lock(std::move(lock)), m_listener(std::move(listener)), m_backend(std::move(backend)), m_limits(limits) {}

  static Task<void> accept(std::shared_ptr<Impl> self, asio::any_io_executor executor);
  void stop() noexcept;

 private:
  static Task<void> serve(std::shared_ptr<Impl> self, std::unique_ptr<UnixStream> stream);
  Task<void> handle(UnixStream& stream);
  Task<Result<void>> answer(UnixStream& stream, const PingRequest& request);
  Task<Result<void>> answer(UnixStream& stream, const DialRequest& request);

  const FileLock m_lock;  // of the socket's name
  const std::unique_ptr<UnixListener> m_listener;
  const std::shared_ptr<Backend> m_backend;
  const ServerLimits m_limits;
  std::set<UnixStream*> m_streams;  // each lives in its serve()'s frame
  bool m_isStopped = false;
};

Task<void> Server::Impl::accept(std::shared_ptr<Impl> self, asio::any_io_executor executor) {
  asio::steady_timer pause(executor);
  while (!self->m_isStopped) {
    auto stream = co_await self->m_listener->acceptUnix();
    if (stream) {
      asio::co_spawn(executor, serve(self, *std::move(stream)), asio::detached);
      continue;
    }
    if (self->m_isStopped || stream.error().code() == ErrorCode::Cancelled) co_return;
    log::warning("tunnel service: {}", stream.error().message());
    pause.expires_after(kAcceptPause);
    boost::system::error_code ignored;
    co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

Task<void> Server::Impl::serve(std::shared_ptr<Impl> self, std::unique_ptr<UnixStream> stream) {
  if (stream->peerUser() != ::geteuid()) {
    log::warning("tunnel service: a program of user {} was turned away", stream->peerUser());
    co_return;
  }
  if (self->m_isStopped || self->m_streams.size() >= self->m_limits.connections) co_return;
  self->m_streams.insert(stream.get());
  co_await self->handle(*stream);
  self->m_streams.erase(stream.get());
}

Task<void> Server::Impl::handle(UnixStream& stream) {
  auto request = co_await receive(stream, m_limits.requestTimeout);
  Result<void> done;
  if (!request)
    done = fail(request.error());
  else if (const auto* ping = std::get_if<PingRequest>(&*request))
    done = co_await answer(stream, *ping);
  else
    done = co_await answer(stream, std::get<DialRequest>(*request));
  if (done) co_return;
  log::debug("tunnel service: {}", done.error().message());
  co_await stream.write(emitRefusal(done.error()));
}

Task<Result<void>> Server::Impl::answer(UnixStream& stream, const PingRequest& request) {
  CO_TRY_ASSIGN(const auto pong, co_await m_backend->ping(request));
  co_return co_await stream.write(emitPong(pong));
}

Task<Result<void>> Server::Impl::answer(UnixStream& stream, const DialRequest& request) {
  CO_TRY_ASSIGN(const auto agent, co_await m_backend->dial(request));
  if (co_await stream.write(emitDone())) co_await join(stream, *agent);
  co_return Result<void>();
}

void Server::Impl::stop() noexcept {
  m_isStopped = true;
  m_listener->close();
  for (UnixStream* const stream : m_streams) stream->close();
}

Result<std::unique_ptr<Server>> Server::start(asio::any_io_executor executor, fs::path path,
                                              std::shared_ptr<Backend> backend, ServerLimits limits) {
  TRY(prepareDirectory(path.parent_path()));
  TRY_ASSIGN(auto lock, FileLock::take(path.string() + ".lock", [&path](const std::string& pid) {
               return std::format("process {} serves {} already", pid, path.string());
             }));
  std::error_code ignored;
  fs::remove(path, ignored);  // whoever made it is gone: the lock is ours
  TRY_ASSIGN(auto listener, listenUnix(executor, path));
  auto impl = std::make_shared<Impl>(std::move(lock), std::move(listener), std::move(backend), limits);
  asio::co_spawn(executor, Impl::accept(impl, executor), asio::detached);
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::~Server() { stop(); }

void Server::stop() noexcept { m_impl->stop(); }

}  // namespace berth::tunnel::service
