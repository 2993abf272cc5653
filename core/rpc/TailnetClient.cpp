#include "core/rpc/TailnetClient.h"

namespace berth::rpc {

namespace {

constexpr std::chrono::milliseconds kTelemetryTimeout{5'000};  // reference/tailnet.md 4.8

}  // namespace

Task<Result<void>> CoordinateCall::updateSelf(tailnetpb::Node node) {
  tailnetpb::CoordinateRequest request;
  *request.mutable_update_self()->mutable_node() = std::move(node);
  co_return co_await send(request);
}

Task<Result<void>> CoordinateCall::addTunnel(const Uuid& peer) {
  tailnetpb::CoordinateRequest request;
  request.mutable_add_tunnel()->set_id(toWire(peer));
  co_return co_await send(request);
}

Task<Result<void>> CoordinateCall::removeTunnel(const Uuid& peer) {
  tailnetpb::CoordinateRequest request;
  request.mutable_remove_tunnel()->set_id(toWire(peer));
  co_return co_await send(request);
}

Task<Result<void>> CoordinateCall::readyForHandshake(const Uuid& peer) {
  tailnetpb::CoordinateRequest request;
  request.add_ready_for_handshake()->set_id(toWire(peer));
  co_return co_await send(request);
}

Task<Result<void>> CoordinateCall::disconnect() {
  tailnetpb::CoordinateRequest request;
  request.mutable_disconnect();
  co_return co_await send(request);
}

Task<Result<std::unique_ptr<CoordinateCall>>> TailnetClient::coordinate() {
  CO_TRY_ASSIGN(auto call, co_await m_client.bidirectional("/coder.tailnet.v2.Tailnet/Coordinate"));
  co_return std::make_unique<CoordinateCall>(std::move(call));
}

Task<Result<std::unique_ptr<DrpcCall>>> TailnetClient::streamDerpMaps() {
  co_return co_await m_client.serverStream("/coder.tailnet.v2.Tailnet/StreamDERPMaps",
                                           tailnetpb::StreamDERPMapsRequest());
}

Task<Result<std::unique_ptr<DrpcCall>>> TailnetClient::workspaceUpdates(const UserId& owner) {
  tailnetpb::WorkspaceUpdatesRequest request;
  request.set_workspace_owner_id(toWire(owner.value));
  co_return co_await m_client.serverStream("/coder.tailnet.v2.Tailnet/WorkspaceUpdates", request);
}

Task<Result<tailnetpb::RefreshResumeTokenResponse>> TailnetClient::refreshResumeToken() {
  co_return co_await m_client.unary<tailnetpb::RefreshResumeTokenResponse>(
      "/coder.tailnet.v2.Tailnet/RefreshResumeToken", tailnetpb::RefreshResumeTokenRequest());
}

Task<Result<void>> TailnetClient::postTelemetry(tailnetpb::TelemetryRequest request) {
  const auto response = co_await m_client.unary<tailnetpb::TelemetryResponse>("/coder.tailnet.v2.Tailnet/PostTelemetry",
                                                                              request, kTelemetryTimeout);
  if (!response) co_return fail(response.error());
  co_return Result<void>();
}

}  // namespace berth::rpc
