// Calls remote procedures over a yamux session: one yamux stream for each call (reference/tailnet.md 4.7).
#pragma once

#include <chrono>
#include <memory>
#include <string_view>

#include "core/rpc/DrpcCall.h"
#include "core/rpc/YamuxSession.h"

namespace berth::rpc {

inline constexpr std::chrono::milliseconds kUnaryTimeout{30'000};

// Calls may run side by side. Names and requests must live until the call returns. A failure the peer sent keeps its
// text; Unsupported when the peer doesn't know the call (code 12).
class DrpcClient {
 public:
  explicit DrpcClient(std::shared_ptr<YamuxSession> session) : m_session(std::move(session)) {}

  // One message each way. Timeout after `timeout`; the call's stream is dropped then.
  template <typename Response>
  Task<Result<Response>> unary(std::string_view name, const MessageLite& request,
                               std::chrono::milliseconds timeout = kUnaryTimeout) {
    Response response;
    CO_TRY(co_await unaryInto(name, request, response, timeout));
    co_return response;
  }

  // Sends one message, then the peer streams: read with DrpcCall::receive.
  Task<Result<std::unique_ptr<DrpcCall>>> serverStream(std::string_view name, const MessageLite& request);

  // Messages both ways for as long as both like.
  Task<Result<std::unique_ptr<DrpcCall>>> bidirectional(std::string_view name);

  YamuxSession& session() noexcept { return *m_session; }

 private:
  Task<Result<void>> unaryInto(std::string_view name, const MessageLite& request, MessageLite& response,
                               std::chrono::milliseconds timeout);

  std::shared_ptr<YamuxSession> m_session;
};

}  // namespace berth::rpc
