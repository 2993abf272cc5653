// The Unix socket that stands for the client's authentication agent inside the workspace (reference/agent-and-ide.md
// 2.11). In a directory of its own, which only this user may enter; both go with it.
#pragma once

#include <boost/asio/local/stream_protocol.hpp>
#include <memory>
#include <string>

#include "core/base/Error.h"
#include "core/base/Task.h"

namespace berth::agent::ssh {

class AgentSocket {
 public:
  static Result<std::shared_ptr<AgentSocket>> open(const asio::any_io_executor& executor);
  ~AgentSocket() { close(); }
  AgentSocket(const AgentSocket&) = delete;
  AgentSocket& operator=(const AgentSocket&) = delete;

  const std::string& path() const noexcept { return m_path; }  // for SSH_AUTH_SOCK
  asio::local::stream_protocol::acceptor& acceptor() noexcept { return m_acceptor; }
  void close() noexcept;

 private:
  AgentSocket(const asio::any_io_executor& executor, std::string directory);

  asio::local::stream_protocol::acceptor m_acceptor;
  std::string m_directory;
  std::string m_path;
};

}  // namespace berth::agent::ssh
