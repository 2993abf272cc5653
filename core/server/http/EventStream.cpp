#include "core/server/http/EventStream.h"

#include "core/server/http/Sockets.h"

namespace berth::server {

namespace {

constexpr std::chrono::seconds kHeartbeat{15};

// Where events go; false when the client is gone.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual Task<bool> ping() = 0;
  virtual Task<bool> send(std::string_view type, std::string_view json) = 0;
};

class SentEvents final : public EventSink {
 public:
  explicit SentEvents(http::BodyWriter& writer) : m_writer(writer) {}
  Task<bool> ping() override {
    static constexpr std::string_view kPing = "event: ping\n\n";
    co_return (co_await m_writer.write(asBytes(kPing))).has_value();
  }
  Task<bool> send(std::string_view type, std::string_view json) override {
    const std::string frame = std::format("event: {}\ndata: {}\n\n", type, json);
    co_return (co_await m_writer.write(asBytes(frame))).has_value();
  }

 private:
  http::BodyWriter& m_writer;
};

class SocketEvents final : public EventSink {
 public:
  explicit SocketEvents(http::WebSocket& socket) : m_socket(socket) {}
  Task<bool> ping() override { return send("ping", "null"); }
  Task<bool> send(std::string_view type, std::string_view json) override {
    const std::string frame = std::format(R"({{"type":"{}","data":{}}})", type, json);
    co_return (co_await m_socket.writeText(frame)).has_value();
  }

 private:
  http::WebSocket& m_socket;
};

std::string oneLine(std::string json) {
  std::erase(json, '\n');
  return json;
}

Task<void> pump(EventSink& sink, Events::Subscription& changes, const EventSource& source,
                std::chrono::milliseconds pace) {
  asio::steady_timer pacer(co_await asio::this_coro::executor);
  if (!co_await sink.ping()) co_return;
  std::string sent;
  while (true) {
    // A type of client time-outs, so what was sent is compared: an agent that falls silent changes without an event.
    const auto data = co_await source(changes);
    const std::string json = data ? *data : oneLine(render(data.error()).body);
    const bool isNew = json != sent;
    bool isDelivered = false;
    if (isNew)
      isDelivered = co_await sink.send(data ? "data" : "error", json);
    else
      isDelivered = co_await sink.ping();
    if (!isDelivered) co_return;
    sent = json;
    if (isNew && pace.count() > 0) {
      pacer.expires_after(pace);
      boost::system::error_code ignored;
      co_await pacer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    if (!co_await changes.wait(kHeartbeat)) co_return;
  }
}

Task<Farewell> pumpToSocket(http::WebSocket& socket, Events::Subscription& changes, const EventSource& source,
                            std::chrono::milliseconds pace) {
  SocketEvents sink(socket);
  co_await pump(sink, changes, source, pace);
  co_return Farewell{http::CloseCode::GoingAway, {}};
}

}  // namespace

Task<Answer> serveSentEvents(Call& call, std::unique_ptr<Events::Subscription> changes, EventSource source,
                             std::chrono::milliseconds pace) {
  http::Response head;
  head.headers.set("Content-Type", "text/event-stream");
  head.headers.set("Cache-Control", "no-cache");
  head.headers.set("X-Accel-Buffering", "no");
  CO_TRY_ASSIGN(auto writer, co_await call.exchange.respondStreaming(std::move(head)));
  SentEvents sink(*writer);
  co_await pump(sink, *changes, source, pace);
  (void)co_await writer->finish();
  co_return Answered();
}

Task<Answer> serveEventSocket(Call& call, std::unique_ptr<Events::Subscription> changes, EventSource source,
                              std::chrono::milliseconds pace) {
  CO_TRY_ASSIGN(const auto socket, co_await acceptSocket(call));
  co_await serveOneWay(*socket, *changes, pumpToSocket(*socket, *changes, source, pace));
  co_return Answered();
}

}  // namespace berth::server
