#include "core/agent/ssh/AgentSocket.h"

#include <stdlib.h>  // mkdtemp

#include <cerrno>
#include <filesystem>
#include <format>

namespace berth::agent::ssh {

namespace fs = std::filesystem;

AgentSocket::AgentSocket(const asio::any_io_executor& executor, std::string directory)
    : m_acceptor(executor), m_directory(std::move(directory)), m_path(m_directory + "/agent") {}

Result<std::shared_ptr<AgentSocket>> AgentSocket::open(const asio::any_io_executor& executor) {
  std::error_code noTemporary;
  const fs::path base = fs::temp_directory_path(noTemporary);
  std::string directory = (noTemporary ? fs::path("/tmp") : base) / "ssh-XXXXXXXXXX";
  if (::mkdtemp(directory.data()) == nullptr)  // mode 0700
    return fail(errnoError(errno, std::format("make a directory {} for the SSH agent", directory)));
  std::shared_ptr<AgentSocket> socket(new AgentSocket(executor, std::move(directory)));
  using Local = asio::local::stream_protocol;
  boost::system::error_code error;
  auto& acceptor = socket->m_acceptor;
  acceptor.open(Local(), error);
  if (!error && socket->m_path.size() >= sizeof(sockaddr_un::sun_path)) error = asio::error::name_too_long;
  if (!error) acceptor.bind(Local::endpoint(socket->m_path), error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return fail(ErrorCode::Unavailable, std::format("listen on {}: {}", socket->m_path, error.message()));
  return socket;
}

void AgentSocket::close() noexcept {
  boost::system::error_code ignored;
  m_acceptor.close(ignored);
  std::error_code alsoIgnored;
  if (!m_directory.empty()) fs::remove_all(std::exchange(m_directory, {}), alsoIgnored);
}

}  // namespace berth::agent::ssh
