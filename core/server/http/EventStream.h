// One-way streams of events in their two forms: server-sent events, and a WebSocket whose text frames are
// {"type", "data"} (reference/rest-api.md 1.9).
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/server/Events.h"
#include "core/server/http/Router.h"

namespace berth::server {

// Gives the current data as JSON and keeps `changes` subscribed to all that it depends on. An error becomes an event of
// that type; the stream goes on.
using EventSource = std::function<Task<ApiResult<std::string>>(Events::Subscription& changes)>;

// Ping, then the data, then the data anew whenever it changed; a ping every 15 s. At most one event in `pace`. Until
// the client leaves or the server stops.
Task<Answer> serveSentEvents(Call& call, std::unique_ptr<Events::Subscription> changes, EventSource source,
                             std::chrono::milliseconds pace);
Task<Answer> serveEventSocket(Call& call, std::unique_ptr<Events::Subscription> changes, EventSource source,
                              std::chrono::milliseconds pace);

}  // namespace berth::server
