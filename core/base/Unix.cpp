#include "core/base/Unix.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/this_coro.hpp>
#include <format>

#include "core/base/SocketStream.h"

namespace berth {

namespace {

namespace fs = std::filesystem;
using Local = asio::local::stream_protocol;
using boost::system::error_code;

constexpr uid_t kNobody = static_cast<uid_t>(-1);  // no user has this number

uid_t peerOf(int descriptor) noexcept {
  ucred credentials{};
  socklen_t size = sizeof(credentials);
  const bool isKnown = ::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0;
  return isKnown ? credentials.uid : kNobody;
}

class UnixSocketStream final : public SocketStream<UnixStream, Local::socket> {
 public:
  explicit UnixSocketStream(Local::socket socket)
      : SocketStream(std::move(socket)), m_peerUser(peerOf(m_socket.native_handle())) {}

  uid_t peerUser() const noexcept override { return m_peerUser; }

  Task<void> untilPeerGone() override {
    error_code ended;  // the kernel reports a hang-up as an error condition
    co_await m_socket.async_wait(Local::socket::wait_error, asio::redirect_error(asio::use_awaitable, ended));
  }

 private:
  uid_t m_peerUser;
};

class UnixSocketListener final : public UnixListener {
 public:
  UnixSocketListener(Local::acceptor acceptor, fs::path path)
      : m_acceptor(std::move(acceptor)), m_path(std::move(path)) {}
  ~UnixSocketListener() override { close(); }

  Task<Result<std::unique_ptr<UnixStream>>> acceptUnix() override {
    error_code error;
    Local::socket socket = co_await m_acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return fail(socketError(error, std::format("accept on {}", m_path.string())));
    co_return std::make_unique<UnixSocketStream>(std::move(socket));
  }

  Task<Result<std::unique_ptr<Stream>>> accept() override {
    CO_TRY_ASSIGN(auto stream, co_await acceptUnix());
    co_return std::unique_ptr<Stream>(std::move(stream));
  }

  void close() noexcept override {
    if (!m_acceptor.is_open()) return;
    // First the name, so that nobody takes it over and then loses it.
    std::error_code ignored;
    fs::remove(m_path, ignored);
    error_code alsoIgnored;
    m_acceptor.close(alsoIgnored);
  }

 private:
  Local::acceptor m_acceptor;
  fs::path m_path;
};

Result<Local::endpoint> endpointOf(const fs::path& path) {
  if (path.native().size() >= sizeof(sockaddr_un::sun_path))
    return fail(ErrorCode::InvalidInput, std::format("{}: the path is too long for a socket", path.string()));
  return Local::endpoint(path.string());
}

}  // namespace

Task<Result<std::unique_ptr<UnixStream>>> connectUnix(fs::path path) {
  CO_TRY_ASSIGN(const auto endpoint, endpointOf(path));
  Local::socket socket(co_await asio::this_coro::executor);
  error_code error;
  co_await socket.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, error));
  const std::string what = std::format("connect to {}", path.string());
  if (error == boost::system::errc::no_such_file_or_directory)
    co_return fail(ErrorCode::NotFound, what + ": there is no such socket");
  if (error) co_return fail(socketError(error, what));
  co_return std::make_unique<UnixSocketStream>(std::move(socket));
}

Result<std::unique_ptr<UnixListener>> listenUnix(const asio::any_io_executor& executor, const fs::path& path) {
  TRY_ASSIGN(const auto endpoint, endpointOf(path));
  const std::string what = std::format("listen on {}", path.string());
  Local::acceptor acceptor(executor);
  error_code error;
  acceptor.open(Local(), error);
  if (error) return fail(socketError(error, what));
  acceptor.bind(endpoint, error);
  if (error) return fail(socketError(error, what));
  // Nobody can connect before listen().
  if (::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0) return fail(errnoError(errno, what));
  acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return fail(socketError(error, what));
  return std::make_unique<UnixSocketListener>(std::move(acceptor), path);
}

}  // namespace berth
