// The Tailnet service as clients and agents call it (reference/tailnet.md 4.8). On an agent's session the same yamux
// session carries AgentClient's calls; never call refreshResumeToken there (it crashes stock servers).
#pragma once

#include "core/rpc/DrpcClient.h"
#include "core/rpc/Proto.h"

namespace berth::rpc {

// The two-way stream on which peers learn of each other. One sender and one receiver at a time.
class CoordinateCall {
 public:
  explicit CoordinateCall(std::unique_ptr<DrpcCall> call) : m_call(std::move(call)) {}

  Task<Result<void>> updateSelf(tailnetpb::Node node);
  Task<Result<void>> addTunnel(const Uuid& peer);
  Task<Result<void>> removeTunnel(const Uuid& peer);
  Task<Result<void>> readyForHandshake(const Uuid& peer);
  Task<Result<void>> send(const tailnetpb::CoordinateRequest& request) { co_return co_await m_call->send(request); }

  // A response's `error` is a value like any other here; the stream ends after it, mostly.
  Task<Result<tailnetpb::CoordinateResponse>> receive() {
    co_return co_await m_call->receive<tailnetpb::CoordinateResponse>();
  }

  // Tells peers to forget us at once: Disconnect. The one who receives must go on until the server hangs up (give it
  // 1 s), and only then close(): closing at once can overtake the message.
  Task<Result<void>> disconnect();

  Task<Result<void>> finish() { co_return co_await m_call->finish(); }
  void close() noexcept { m_call->close(); }

 private:
  std::unique_ptr<DrpcCall> m_call;
};

class TailnetClient {
 public:
  explicit TailnetClient(std::shared_ptr<YamuxSession> session) : m_client(std::move(session)) {}

  Task<Result<std::unique_ptr<CoordinateCall>>> coordinate();

  // Read maps with DrpcCall::receive<tailnetpb::DERPMap>(): the first at once, then at each change.
  Task<Result<std::unique_ptr<DrpcCall>>> streamDerpMaps();

  // Read with DrpcCall::receive<tailnetpb::WorkspaceUpdate>(): a snapshot, then differences.
  Task<Result<std::unique_ptr<DrpcCall>>> workspaceUpdates(const UserId& owner);

  Task<Result<tailnetpb::RefreshResumeTokenResponse>> refreshResumeToken();
  Task<Result<void>> postTelemetry(tailnetpb::TelemetryRequest request);

 private:
  DrpcClient m_client;
};

}  // namespace berth::rpc
