// WebSockets of the API (reference/rest-api.md 1.9).
#pragma once

#include <memory>

#include "core/http/WebSocket.h"
#include "core/server/Events.h"
#include "core/server/http/Call.h"

namespace berth::server {

// 426 when the request is no upgrade, 403 when a browser's page of another host asks. After it succeeded the handler
// answers with Answered.
Task<ApiResult<std::unique_ptr<http::WebSocket>>> acceptSocket(Call& call);

// For one-way sockets: reads, and drops what a peer sends, until it leaves; then calls `onGone`. A data message is a
// protocol error (1002). Runs beside the writer.
Task<void> drain(http::WebSocket& socket, std::function<void()> onGone);

// Runs `writer` beside drain(): when the peer leaves, `subscription` is closed, which ends the writer; when the writer
// ends, the socket is closed as it says. Returns when both are done.
struct Farewell {
  http::CloseCode code = http::CloseCode::Normal;
  std::string reason;
};
Task<void> serveOneWay(http::WebSocket& socket, Events::Subscription& subscription, Task<Farewell> writer);

// A socket on which this server has nothing more to say: until the peer leaves or the server stops.
Task<void> keepOpen(http::WebSocket& socket, Events::Subscription& subscription);

}  // namespace berth::server
