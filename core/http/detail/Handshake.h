// The two ways to a WebSocket on a connection that exists.
#pragma once

#include <chrono>

#include "core/base/Stream.h"
#include "core/http/Message.h"
#include "core/http/WebSocket.h"

namespace berth::http::detail {

struct WebSocketTimes {
  std::chrono::milliseconds ping{15'000};   // reference/rest-api.md 1.9; no answer for as long again ends the socket
  std::chrono::milliseconds write{10'000};  // for each message to be taken by the transport
};

// Server: answers `request`, whose head was read from `stream` already.
Task<Result<std::unique_ptr<WebSocket>>> acceptWebSocket(std::shared_ptr<Stream> stream, const Request& request,
                                                         Headers extra, WebSocketTimes times = {});

// Client: sends `request` as an upgrade. `refusal` (if any) receives an answer other than 101.
Task<Result<std::unique_ptr<WebSocket>>> connectWebSocket(std::shared_ptr<Stream> stream, std::string host,
                                                          Request request, Response* refusal);

}  // namespace berth::http::detail
