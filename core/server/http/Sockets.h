// WebSockets of the API (reference/rest-api.md 1.9).
#pragma once

#include <memory>

#include "core/http/WebSocket.h"
#include "core/server/http/Call.h"

namespace berth::server {

// 426 when the request is no upgrade, 403 when a browser's page of another host asks. After it succeeded the handler
// answers with Answered.
Task<ApiResult<std::unique_ptr<http::WebSocket>>> acceptSocket(Call& call);

// Reads and drops what a peer sends on a one-way socket until it leaves; a data message is a protocol error (1002).
// Runs beside the writer; ends it through `onGone`.
Task<void> drain(http::WebSocket& socket, std::function<void()> onGone);

}  // namespace berth::server
