#include "core/client/Streams.h"

namespace berth::client {

Task<Result<api::ProvisionerJobLog>> JobLogStream::next() {
  CO_TRY_ASSIGN(const auto message, co_await m_socket->read());
  co_return api::fromJson<api::ProvisionerJobLog>(message.data);
}

Task<Result<std::vector<api::WorkspaceAgentLog>>> AgentLogStream::next() {
  CO_TRY_ASSIGN(const auto message, co_await m_socket->read());
  co_return api::fromJson<std::vector<api::WorkspaceAgentLog>>(message.data);
}

Task<Result<api::Workspace>> WorkspaceWatch::next() {
  while (true) {
    CO_TRY_ASSIGN(const auto message, co_await m_socket->read());
    CO_TRY_ASSIGN(const auto event, api::fromJson<api::ServerSentEvent>(message.data));
    if (event.type == "data") co_return api::fromJson<api::Workspace>(event.data.text);
    if (event.type == "error") {
      CO_TRY_ASSIGN(const auto error, api::fromJson<api::Response>(event.data.text));
      co_return fail(ErrorCode::Internal, "watch workspace: " + error.message);
    }
  }
}

}  // namespace berth::client
