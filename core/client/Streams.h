// What the server sends piece by piece over a WebSocket (reference/rest-api.md 1.9). One reader each.
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "core/api/Agents.h"
#include "core/api/ProvisionerJobs.h"
#include "core/api/Workspaces.h"
#include "core/http/WebSocket.h"

namespace berth::client {

// The lines of a provisioner job. EndOfStream when the job is over and all has been read.
class JobLogStream {
 public:
  explicit JobLogStream(std::unique_ptr<http::WebSocket> socket) : m_socket(std::move(socket)) {}
  Task<Result<api::ProvisionerJobLog>> next();
  void close() noexcept { m_socket->abort(); }

 private:
  std::unique_ptr<http::WebSocket> m_socket;
};

// The lines of an agent's scripts, several at a time; the first answer may be empty.
class AgentLogStream {
 public:
  explicit AgentLogStream(std::unique_ptr<http::WebSocket> socket) : m_socket(std::move(socket)) {}
  Task<Result<std::vector<api::WorkspaceAgentLog>>> next();
  void close() noexcept { m_socket->abort(); }

 private:
  std::unique_ptr<http::WebSocket> m_socket;
};

// A workspace as it is now and after each change. A failure to read it on the server's side is passed on as an error
// and the watch goes on; EndOfStream and ConnectionLost end it.
class WorkspaceWatch {
 public:
  explicit WorkspaceWatch(std::unique_ptr<http::WebSocket> socket) : m_socket(std::move(socket)) {}
  Task<Result<api::Workspace>> next();
  void close() noexcept { m_socket->abort(); }

 private:
  std::unique_ptr<http::WebSocket> m_socket;
};

}  // namespace berth::client
