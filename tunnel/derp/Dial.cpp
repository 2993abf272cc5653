#include "tunnel/derp/Dial.h"

#include "tunnel/derp/Frame.h"

namespace berth::tunnel::derp {

namespace {

constexpr std::string_view kPath = "/derp";
constexpr std::size_t kMaxQuotedBody = 200;

bool isClientError(int status) { return status >= 400 && status < 500; }

Task<Result<std::unique_ptr<Stream>>> dialRaw(http::Client& relay) {
  http::Request request;
  request.target = kPath;
  request.headers = {{"Upgrade", "DERP"}, {"Connection", "Upgrade"}};
  http::Response refusal;
  refusal.status = 0;
  auto upgraded = co_await relay.upgrade(std::move(request), &refusal);
  if (upgraded) co_return std::move(upgraded->stream);
  if (isClientError(refusal.status))
    co_return fail(ErrorCode::Unsupported,
                   std::format("status {} to the DERP upgrade, perhaps from a proxy on the way: {}", refusal.status,
                               refusal.body.substr(0, kMaxQuotedBody)));
  co_return fail(upgraded.error().in("connect to relay " + relay.origin().toString()));
}

Task<Result<std::unique_ptr<Stream>>> dialWebSocket(http::Client& relay) {
  http::Request request;
  request.target = kPath;
  request.headers = {{"Sec-WebSocket-Protocol", "derp"}};
  auto socket = co_await relay.openWebSocket(std::move(request));
  if (!socket) co_return fail(socket.error().in("connect to relay " + relay.origin().toString() + " by WebSocket"));
  (*socket)->setReadLimit(kFrameHeaderSize + kMaxFrameAtClient);
  co_return http::asStream(std::move(*socket));
}

}  // namespace

Task<Result<std::unique_ptr<Stream>>> dialRelay(http::Client& relay, Transport transport) {
  if (transport == Transport::WebSocket) co_return co_await dialWebSocket(relay);
  co_return co_await dialRaw(relay);
}

}  // namespace berth::tunnel::derp
